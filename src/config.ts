import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How to reach the API server. */
export interface ClusterConfig {
  /** Absent inside a Pod, where the ServiceAccount is used, and where KUBECONFIG or ~/.kube/config is meant. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Set inside a Pod, unless a kubeconfig is named. */
  readonly inCluster?: { readonly host: string; readonly port: string };
}

/** Everything that the operator is told from outside, read once. */
export interface Config extends ClusterConfig {
  /** The only namespace to look at; absent: all of them. */
  readonly namespace?: string;
  readonly policy?: string;
  readonly links?: string;
  readonly notifications?: string;
  readonly crossNamespaceEvidence: 'check' | 'allow';
  readonly concurrency: number;
  readonly logLevel: LogLevel;
  readonly metricsPort: number;
  readonly healthPort: number;
  readonly podLogs: boolean;
  readonly clusterDomain: string;
  /** Whether this process is in the cluster's own network, so that Services and Pods can be asked directly. */
  readonly clusterNetwork: boolean;
  readonly chainInfo: boolean;
  readonly correlation: boolean;
  /** Whether annotated objects get StatusProbes. */
  readonly automaticProbes: boolean;
  readonly probeEndpoint: boolean;
  /** Where the web page is served; absent: nowhere. */
  readonly web?: { readonly host: string; readonly port: number };
  /** Name of this replica, unique among them. */
  readonly instance: string;
  /** Where the replicas keep their Leases. */
  readonly leaseNamespace: string;
}

/** Variables that are no flag's own value; those of flags stand beside the flag. */
export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  [
    'KUBECONFIG',
    'kubeconfig files, separated by colons, where no --kubeconfig is given; else ~/.kube/config',
  ],
  ['NO_COLOR', 'set to anything: no colours, even on a terminal (no-color.org)'],
  ['LC_ALL', 'with LC_CTYPE and LANG: a terminal whose locale is not UTF-8 gets ASCII for lines and dots'],
  ['LC_CTYPE', 'see LC_ALL'],
  ['LANG', 'see LC_ALL'],
  [
    'KUBERNETES_SERVICE_HOST',
    "set inside a Pod: the Pod's ServiceAccount is used, and Services and Pods are asked directly",
  ],
  ['KUBERNETES_SERVICE_PORT', 'port of the API server inside a Pod'],
];

const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
};

const hostAndPort = (text: string): Required<Config>['web'] => {
  const [, bracketed, plain, port] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError('It must be an address and a port, such as 127.0.0.1:8082 or [::1]:8082.');
};

const name = (text: string): string => {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It must be a Kubernetes name of lower-case letters, digits, hyphens and dots.',
  );
};

const option = (flags: string, description: string, variable: string): Option =>
  new Option(flags, description).env(variable);

const numeric = (flags: string, description: string, variable: string) => ({
  from: (least: number, most: number, usual: number): Option =>
    option(flags, description, variable).argParser(wholeNumber(least, most)).default(usual),
});

/** Flags of all commands: how to reach a cluster, and which namespace is meant. */
export const clusterOptions = (): readonly Option[] => [
  new Option('--kubeconfig <file>', 'kubeconfig file instead of KUBECONFIG and ~/.kube/config'),
  option('--context <name>', 'context of the kubeconfig', 'STATUSPROBE_CONTEXT'),
  option(
    '-n, --namespace <name>',
    'namespace to look at (run: the only one)',
    'STATUSPROBE_NAMESPACE',
  ).argParser(name),
  option('--log-level <level>', 'least level that is logged', 'STATUSPROBE_LOG_LEVEL')
    .choices(LOG_LEVELS)
    .default('info'),
];

export const linksOption = (): Option =>
  option(
    '--links <file>',
    'links to logs and traces that a failure gets, as templates: docs/links.md',
    'STATUSPROBE_LINKS',
  );

/** Flags of what looks for a cause. */
export const evidenceOptions = (): readonly Option[] => [
  new Option(
    '--cluster-network',
    "this machine is in the cluster's network, as a Pod is: ask Services and Pods directly",
  ),
  new Option(
    '--pod-logs',
    'read log lines of failing Pods where a StatusProbe asks for it; takes the log add-on',
  ),
  option('--cluster-domain <domain>', 'domain of cluster DNS', 'STATUSPROBE_CLUSTER_DOMAIN')
    .argParser(name)
    .default('cluster.local'),
];

/** Colours go to a terminal, and not where somebody turned them off (no-color.org). */
export const wantsColours = (): boolean =>
  process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';

/** Whether the terminal shows UTF-8, by the first of the three variables that is set, as the C library has it. */
export function showsUTF8(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

/** Flags for what the operator serves. */
const serverOptions = (): readonly Option[] => [
  numeric('--metrics-port <port>', 'port of /metrics', 'STATUSPROBE_METRICS_PORT').from(0, 65_535, 8080),
  numeric('--health-port <port>', 'port of /healthz, /readyz', 'STATUSPROBE_HEALTH_PORT').from(
    0,
    65_535,
    8081,
  ),
  new Option(
    '--probe-endpoint',
    'answer /probe?target=…&module=… on the metrics port, as blackbox_exporter does: docs/alerting.md',
  ).default(false),
  option(
    '--web [host:port]',
    'serve the web page, by default at 127.0.0.1:8082 of the Pod (docs/web.md); takes the add-on',
    'STATUSPROBE_WEB',
  )
    .preset('127.0.0.1:8082')
    .argParser(hostAndPort),
];

/** Flags of `statusprobe run` alone. */
export const runOptions = (): readonly Option[] => [
  option('--policy <file>', 'what StatusProbes may do, by namespace: docs/policy.md', 'STATUSPROBE_POLICY'),
  linksOption(),
  option(
    '--notifications <file>',
    'who is told of failures and recoveries: docs/notifications.md',
    'STATUSPROBE_NOTIFICATIONS',
  ),
  option(
    '--cross-namespace-evidence <mode>',
    "show objects of other namespaces where the probe's ServiceAccount may get them (check), or always (allow)",
    'STATUSPROBE_CROSS_NAMESPACE_EVIDENCE',
  )
    .choices(['check', 'allow'])
    .default('check'),
  numeric('--concurrency <number>', 'probes under way at once', 'STATUSPROBE_CONCURRENCY').from(
    1,
    100_000,
    1000,
  ),
  ...serverOptions(),
  ...evidenceOptions(),
  new Option('--no-chain-info', 'leave names of certificates out of the metrics'),
  new Option('--no-correlation', 'send no trace and request ids along with probes'),
  new Option(
    '--automatic-probes',
    'give annotated Ingresses, HTTPRoutes and Services StatusProbes (docs/automatic-probes.md); takes the add-on',
  ).default(false),
  option('--lease-namespace <name>', "namespace of the replicas' Leases", 'POD_NAMESPACE')
    .argParser(name)
    .default('statusprobe-system'),
  option('--instance <name>', 'name of this replica, unique among them', 'POD_NAME')
    .argParser(name)
    .default(hostname().toLowerCase(), 'the host name'),
];

type ParsedOptions = Omit<Config, 'inCluster' | 'podLogs' | 'clusterNetwork'> & EvidenceFlags;

interface EvidenceFlags extends ClusterConfig {
  readonly podLogs?: boolean;
  readonly clusterNetwork?: boolean;
}

/** The flags of `run`, after commander has read and checked them. */
export const configFrom = (options: ParsedOptions): Config => Object.freeze(placed(options));

/** Fills in what follows from where the process runs. */
export function placed<T extends EvidenceFlags>(options: T) {
  const access = inCluster(options);
  return {
    ...options,
    ...access,
    podLogs: options.podLogs ?? false,
    clusterNetwork: options.clusterNetwork ?? access.inCluster !== undefined,
  };
}

/** Where kubectl looks: the files of KUBECONFIG, else the user's own. */
export function usualKubeConfigs(): readonly string[] {
  const named = (process.env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [path.join(homedir(), '.kube', 'config')];
}

/** The ServiceAccount of the Pod, where there is one and nothing else is asked for. */
function inCluster({ kubeconfig, context }: ClusterConfig): Pick<ClusterConfig, 'inCluster'> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443', KUBECONFIG } = process.env;
  if (host === undefined || kubeconfig !== undefined || context !== undefined || KUBECONFIG !== undefined)
    return {};
  return { inCluster: { host, port } };
}
