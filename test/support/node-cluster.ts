import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, openCluster } from '../../hack/demo/cluster.ts';
import { installOperator, OPERATOR_NAMESPACE } from '../../hack/demo/operator.ts';
import type { StatusProbe, StatusProbeStatus } from '../../src/api/generated.ts';
import { type Tally, toldBy, transitionsIn } from './told-transitions.ts';

const PATIENCE_MILLISECONDS = 120_000;

/** A cluster with a real node on which the operator runs from its image. */
export interface NodeCluster extends Cluster {
  statusProbe(namespace: string, name: string): StatusProbe;
  awaitStatus(
    namespace: string,
    name: string,
    isThere: (status: StatusProbeStatus) => boolean,
  ): Promise<StatusProbeStatus>;
  /** Waits until the operator has probed so many times more, by its own metrics. */
  probesPass(namespace: string, name: string, times: number): Promise<void>;
  /** Names of the StatusProbes that have an Event with this reason, one for each occurrence. */
  eventsOf(namespace: string, reason: string): string[];
  /** What Events have told of StatusProbes of a namespace, and what their histories say that they must tell. */
  toldAndDue(namespace: string): { readonly told: Tally; readonly due: Tally };
  /** Runs the command line inside the operator's Pod: its vantage point, its permissions. */
  statusprobe(args: readonly string[]): { readonly code: number; readonly stdout: string };
  may(user: string, verb: string, resource: string): boolean;
}

interface CoreEvent {
  readonly involvedObject: { readonly name: string; readonly uid: string };
  readonly reason: string;
  readonly message: string;
}

/** Why there is no real node here; in CI nothing is left out, so that bringing one up fails there. */
export function whyNoNode(): string | undefined {
  if (process.env.CI === 'true' || (process.env.CLUSTER ?? 'local') !== 'local') return undefined;
  if (process.platform !== 'linux') return 'the local cluster needs Linux';
  return process.getuid?.() === 0 ? undefined : 'the local cluster needs root';
}

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const value = look();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(250);
  }
}

const OPERATOR = ['-n', OPERATOR_NAMESPACE, 'exec', 'deployment/statusprobe', '--'];
const LAST_PROBE = /^statusprobe_last_probe_timestamp_seconds\{(.*)\} (\S+)$/gm;

function lastProbeTime(metrics: string, namespace: string, name: string): string | undefined {
  const series = [...metrics.matchAll(LAST_PROBE)];
  return series.find(
    ([, labels = '']) => labels.includes(`namespace="${namespace}"`) && labels.includes(`name="${name}"`),
  )?.[2];
}

/** Brings up the cluster with the operator in it; a cluster that is up already is used again. */
export function openNodeCluster(): NodeCluster {
  const cluster = openCluster();
  cluster.loadImages();
  installOperator(cluster);
  const { kubectl, kubectlPath, kubeconfig } = cluster;

  const statusProbe = (namespace: string, name: string) =>
    JSON.parse(kubectl(['-n', namespace, 'get', 'statusprobe', name, '-o', 'json'])) as StatusProbe;

  const list = <T>(namespace: string, resource: string, ...args: string[]) =>
    JSON.parse(kubectl(['-n', namespace, 'get', resource, ...args, '-o', 'json'])) as { items: readonly T[] };

  const readMetrics = () =>
    kubectl([
      ...OPERATOR,
      'node',
      '-e',
      'fetch("http://127.0.0.1:8080/metrics").then((r) => r.text()).then((t) => process.stdout.write(t))',
    ]);

  return {
    ...cluster,
    statusProbe,
    awaitStatus: (namespace, name, isThere) =>
      until(`the status of ${namespace}/${name}`, () => {
        const { status } = statusProbe(namespace, name);
        return isThere(status) ? status : undefined;
      }),
    async probesPass(namespace, name, times) {
      const seen = new Set([lastProbeTime(readMetrics(), namespace, name)]);
      await until(`${times} more probes of ${namespace}/${name}`, () => {
        seen.add(lastProbeTime(readMetrics(), namespace, name));
        return seen.size > times ? true : undefined;
      });
    },
    toldAndDue(namespace) {
      const { items: probes } = list<StatusProbe>(namespace, 'statusprobes');
      const own = new Set(probes.map(({ metadata }) => metadata.uid));
      const events = list<CoreEvent>(namespace, 'events').items.filter(({ involvedObject }) =>
        own.has(involvedObject.uid),
      );
      const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
      const tally = (count: (reason: keyof Tally) => number): Tally => ({
        ProbeFailed: count('ProbeFailed'),
        ProbeRecovered: count('ProbeRecovered'),
      });
      return {
        told: tally((wanted) =>
          sum(events.flatMap(({ reason, message }) => (reason === wanted ? [toldBy(message)] : []))),
        ),
        due: tally((wanted) => sum(probes.map((probe) => transitionsIn(probe)[wanted]))),
      };
    },
    eventsOf(namespace, reason) {
      // Events outlive what they are about: only those of the StatusProbes of this run count.
      const { items: probes } = list<StatusProbe>(namespace, 'statusprobes');
      const { items: events } = list<CoreEvent>(namespace, 'events', '--field-selector', `reason=${reason}`);
      return events
        .filter(({ involvedObject }) => probes.some(({ metadata }) => metadata.uid === involvedObject.uid))
        .map(({ involvedObject }) => involvedObject.name)
        .sort();
    },
    statusprobe(args) {
      const { status, stdout, stderr } = spawnSync(
        kubectlPath,
        [...OPERATOR, 'node', '/app/dist/main.js', ...args],
        {
          encoding: 'utf8',
          env: { ...process.env, KUBECONFIG: kubeconfig },
        },
      );
      if (stdout === '') throw new Error(stderr);
      return { code: status ?? -1, stdout };
    },
    may: (user, verb, resource) =>
      spawnSync(kubectlPath, ['auth', 'can-i', verb, resource, '--as', user, '-A'], {
        encoding: 'utf8',
        env: { ...process.env, KUBECONFIG: kubeconfig },
      }).stdout.trim() === 'yes',
  };
}
