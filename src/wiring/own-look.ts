import { readStatus } from '../api/defaults.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import type { DiagnosedProbe } from '../cli/diagnose.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { ClusterConfig } from '../config.ts';
import { couldNotLook } from '../diagnosis/model/lookup.ts';
import { failureReason, type Observation } from '../diagnosis/model/observation.ts';
import { createAwsReader } from '../evidence/aws/aws-reader.ts';
import { createTargetedReader } from '../evidence/cluster/targeted.ts';
import type { Sources } from '../evidence/slot-context.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import type { LinkTemplate } from '../operator/links/link-templates.ts';
import type { World } from '../operator/look.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { STATUS_PROBES, type StoredProbe, toStoredProbe } from '../operator/stored-probe.ts';
import type { TargetReader } from '../operator/target/resolved-target.ts';
import { visit } from '../operator/visit.ts';
import { createResolver } from '../probe/dns.ts';
import { createGuard } from '../probe/guard.ts';
import { refuseCall } from './opened-cluster.ts';
import { createWorld } from './world.ts';

/** Flags of a command that looks for a cause. */
export interface LookConfig extends ClusterConfig {
  readonly namespace?: string;
  readonly podLogs: boolean;
  readonly clusterDomain: string;
  readonly clusterNetwork: boolean;
}

export interface LookOptions {
  readonly version: string;
  /** Told what is being done. */
  tell(text: string): void;
  readonly signal?: AbortSignal;
  /** Where logs and traces are. */
  readonly links?: readonly LinkTemplate[];
  /** Stands between the diagnosis and what it reads. */
  readonly through?: (sources: Sources) => Sources;
  /** What the diagnosis is told of the answer. */
  readonly seen?: (observation: Observation) => Observation;
}

/** What one look brought; no observation where nothing could be asked. */
export interface Looked {
  readonly status: StatusProbeStatus;
  readonly observation?: Observation;
}

/**
 * Whoever types the command sends the request from a machine and with rights of their own, so that what a namespace's
 * user may not make a cluster-wide operator ask is open here; the metadata of clouds is not.
 */
const OWN_MACHINE = createGuard({
  allowCIDRs: [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
    '127.0.0.0/8',
    '::1/128',
  ],
  denyCIDRs: [],
  apiServerAddresses: [],
  ownedAddresses: () => new Set(),
});

const policyOf = (podLogs: boolean): NamespacePolicy => ({
  allowCIDRs: [],
  denyCIDRs: [],
  shortestIntervalMilliseconds: 0,
  maximumProbes: Number.POSITIVE_INFINITY,
  podLogs,
  awsResources: ['*'],
});

/** One failed answer is enough for one look, and whoever asks for a diagnosis gets one. */
const forOneLook = (probe: StoredProbe): StoredProbe => {
  const { resolution } = probe;
  const fresh = { ...probe, status: readStatus({}) };
  if (!resolution.ok) return fresh;
  const { diagnose, maintenance: _, failureWindow: __, ...spec } = resolution.spec;
  const once = { ...spec, diagnose: { ...diagnose, enabled: true }, failureThreshold: 1, suspend: false };
  return { ...fresh, resolution: { ok: true, spec: once } };
};

/** Throws UsageError where it does not exist or may not be read. */
export async function loadProbe(client: Client, namespace: string, name: string): Promise<DiagnosedProbe> {
  try {
    const raw = await client.get(STATUS_PROBES, { namespace, name });
    return { namespace, name, spec: raw.spec as DiagnosedProbe['spec'] };
  } catch (error) {
    if (hasReason(error, 'NotFound')) {
      throw new UsageError(
        `there is no StatusProbe ${name} in namespace ${namespace}: statusprobe get -A lists them`,
      );
    }
    return refuseCall(error);
  }
}

const FROM_INSIDE = 'run this in a Pod, or give --cluster-network if this machine is in it';

function refuseUnreachable({ spec }: DiagnosedProbe): void {
  if (spec.target.serviceRef === undefined) return;
  throw new UsageError(
    `Service ${spec.target.serviceRef.name} can be asked only from the cluster's network: ${FROM_INSIDE}`,
  );
}

/** The address of a Service means nothing outside, where an Ingress has no address of its own. */
const fromOutside = (reader: TargetReader): TargetReader => ({
  get: (kind, key) => reader.get(kind, key),
  list: async (kind, scope) =>
    kind === 'Service'
      ? couldNotLook(
          'NotConfigured',
          `it has none of its own, and its controller's Service can be asked only from the cluster's network: ${FROM_INSIDE}`,
        )
      : reader.list(kind, scope),
});

function worldFor(client: Client, config: LookConfig, policy: NamespacePolicy, options: LookOptions): World {
  const reader = createTargetedReader(client);
  const { tell, seen = (observation) => observation } = options;
  const world = createWorld({
    version: options.version,
    client,
    reader: () => reader,
    resolver: createResolver(),
    guards: async () => OWN_MACHINE,
    policyOf: async () => policy,
    whyBlind: async () => undefined,
    podLogs: policy.podLogs,
    clusterDomain: config.clusterDomain,
    correlation: true,
    isInside: config.clusterNetwork,
    aws: createAwsReader(),
    ...(options.links && { links: options.links }),
    ...(options.through && { through: options.through }),
  });
  return {
    ...world,
    reader: config.clusterNetwork ? world.reader : fromOutside(world.reader),
    async probe(inquiry) {
      tell(`Asking ${inquiry.request.url}`);
      const observation = seen(await world.probe(inquiry));
      if (!observation.success) tell(`${failureReason(observation)}: looking for the cause`);
      return observation;
    },
  };
}

/** Probes once and diagnoses, by single requests instead of caches; undefined when it was cut short. */
export async function lookOnce(
  probe: DiagnosedProbe,
  client: Client,
  config: LookConfig,
  options: LookOptions,
): Promise<Looked | undefined> {
  if (!config.clusterNetwork) refuseUnreachable(probe);
  const { namespace, name, spec } = probe;
  const policy = policyOf(config.podLogs);
  const world = worldFor(client, config, policy, options);
  const stored = forOneLook(toStoredProbe({ metadata: { namespace, name, generation: 1 }, spec }));
  const signal = options.signal ?? new AbortController().signal;
  let looked: Looked | undefined;
  for await (const { record, observation } of visit(stored, {}, signal, {
    world,
    policy,
    olderProbes: () => 0,
  })) {
    looked = { status: record.status, ...(observation && { observation }) };
  }
  return looked;
}
