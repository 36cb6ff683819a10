import { randomUUID } from 'node:crypto';
import { createAccessReviews, createReview } from '../evidence/access-reviews.ts';
import { createAwsReader } from '../evidence/aws/aws-reader.ts';
import { createLogLooks } from '../evidence/aws/log-looks.ts';
import { Membership } from '../kubernetes/membership.ts';
import { type Reflector, startReflector } from '../kubernetes/reflector.ts';
import { createStore, keyOf, type Store, type StoreView } from '../kubernetes/store.ts';
import type { AskProbe } from '../metrics/probe-endpoint.ts';
import type { World } from '../operator/look.ts';
import { createNamespacePolicies } from '../operator/namespace-policies.ts';
import { ProbeController, type Telemetry } from '../operator/probe-controller.ts';
import { StatusWriter } from '../operator/status-writer.ts';
import { keyOfProbe, newerProbe, STATUS_PROBES, type StoredProbe } from '../operator/stored-probe.ts';
import { createVantage } from '../operator/vantage.ts';
import { type AddressResolver, createResolver } from '../probe/dns.ts';
import { type Audience, createAudience } from './audience.ts';
import { automaticProbesFor } from './automatic-probes.ts';
import { type ClusterCaches, startCaches } from './caches.ts';
import type { Foundations } from './foundations.ts';
import { createGuards, type GuardFactory } from './guards.ts';
import { createLeaseLog, createLinkLog } from './link-log.ts';
import { createProbeEndpoint } from './probe-endpoint.ts';
import { vantageParts } from './vantage-parts.ts';
import { createWorld } from './world.ts';

export interface Operator {
  /** What is not there yet, without which nothing is probed. */
  unsynced(): readonly string[];
  /** Begins to probe what belongs to this replica. */
  start(): void;
  /** As they are stored now. */
  readonly probes: StoreView<StoredProbe>;
  /** Probes what no StatusProbe asks for. */
  readonly probeOnce: AskProbe;
  /** Cuts probes short, writes what was judged, and leaves the group of replicas. */
  stop(): Promise<void>;
}

type Probes = Store<StoredProbe, 'namespace'>;

const MEMBER_LABELS = { 'app.kubernetes.io/name': 'statusprobe', 'app.kubernetes.io/component': 'operator' };
const LAST_WRITES_MILLISECONDS = 5_000;

/** Puts the operator together from its parts. Nothing is probed before `start`. */
export function createOperator(foundations: Foundations): Operator {
  const { client, config, log, metrics } = foundations;
  const stopping = new AbortController();
  const known = (key: string) => writer.current(key);
  const { caches, probes, reflector } = startWatches(foundations, known, stopping.signal);
  const policyOf = createNamespacePolicies(foundations.policy, client);
  const asking = { policyOf, resolver: createResolver(), guards: guardsFor(foundations, caches) };
  const world = createOperatorWorld(foundations, caches, asking);

  const membership = joinReplicas(foundations, () => {
    controller.reshard();
    automatic?.reshard();
  });
  const audience = createAudience(foundations, asking, () => writer.queue.depth > 0);
  const writer = createWriter(foundations, probes, membership, audience);
  const controller: ProbeController = new ProbeController({
    probes,
    world,
    writer,
    policyOf,
    log,
    keeps: (key) => membership.keeps(key),
    concurrency: config.concurrency,
    telemetry: telemetryOf(foundations),
    observe: metrics.queue('probes', () => controller.queue),
  });
  const automatic = automaticProbesFor(foundations, { caches, probes, membership });
  return {
    probes,
    unsynced: () => [...(reflector.state.synced ? [] : [STATUS_PROBES.plural]), ...caches.unsynced()],
    start() {
      controller.start();
      automatic?.start();
    },
    probeOnce: probeOnceFor(foundations, asking),
    async stop() {
      await automatic?.stop();
      await controller.stop();
      await writer.stop(LAST_WRITES_MILLISECONDS);
      // Whoever takes over need not wait for a receiver that hangs.
      await Promise.all([audience.stop(), membership.stop()]);
      stopping.abort();
      foundations.transport.close();
    },
  };
}

/** Shares the StatusProbes with the other replicas. */
function joinReplicas({ client, config, log, metrics }: Foundations, reshard: () => void): Membership {
  const leaseLog = createLeaseLog(log);
  const membership = new Membership({
    client,
    namespace: config.leaseNamespace,
    member: config.instance,
    identity: randomUUID(),
    labels: MEMBER_LABELS,
    onChange() {
      leaseLog.changed();
      reshard();
    },
    onError: leaseLog.failed,
  });
  metrics.lease(config.instance, () => membership.members.includes(config.instance));
  return membership;
}

const telemetryOf = ({ series, metrics }: Foundations): Telemetry => ({
  seen(probe, status, observation) {
    series.seen(probe, status, observation);
    for (const { check, reason } of status.notChecked ?? []) metrics.inconclusive(check, reason);
  },
  gone: (key) => series.gone(key),
});

/** `known`: what is known of a StatusProbe, by watch or by answer to a write. */
function startWatches(
  { transport, client, config, log }: Foundations,
  known: (key: string) => StoredProbe | undefined,
  signal: AbortSignal,
): { readonly caches: ClusterCaches; readonly probes: Probes; readonly reflector: Reflector } {
  const scope = config.namespace === undefined ? {} : { namespace: config.namespace };
  const onError = (err: unknown) => log.error({ err }, 'An object or a handler is broken; all others go on');
  const tellLink = createLinkLog(log);
  const probes: Probes = createStore({ indexes: { namespace: ({ namespace }) => [namespace] }, onError });
  const reflector = startReflector({
    transport,
    resource: STATUS_PROBES,
    project: (raw) => newerProbe(raw, known(keyOf(raw.metadata.namespace, raw.metadata.name ?? ''))),
    sink: probes,
    signal,
    onError,
    onState: (state) => tellLink(STATUS_PROBES.plural, state),
    ...scope,
  });
  const caches = startCaches({ transport, client, signal, onError, onState: tellLink, ...scope });
  return { caches, probes, reflector };
}

/** What every request goes through, whoever asks for it. */
export interface Asking {
  readonly policyOf: ReturnType<typeof createNamespacePolicies>;
  readonly resolver: AddressResolver;
  readonly guards: GuardFactory;
}

const guardsFor = ({ policy, apiServerHosts }: Foundations, caches: ClusterCaches): GuardFactory =>
  createGuards({
    reader: () => caches.reader(),
    clusterCIDRs: policy.clusterCIDRs,
    apiServerHosts,
    now: () => performance.now(),
  });

const probeOnceFor = ({ config, version, policy }: Foundations, asking: Asking): AskProbe =>
  createProbeEndpoint({
    ...asking,
    version,
    namespace: config.leaseNamespace,
    modules: policy.modules,
    correlation: config.correlation,
    concurrency: config.concurrency,
  });

function createOperatorWorld(
  { config, version, client, transport, metrics, links }: Foundations,
  caches: ClusterCaches,
  asking: Asking,
): World {
  return createWorld({
    ...asking,
    links,
    version,
    client,
    reader: () => caches.reader(),
    whyBlind: createVantage(vantageParts(asking.resolver, transport, config.clusterDomain)),
    podLogs: config.podLogs,
    clusterDomain: config.clusterDomain,
    correlation: config.correlation,
    checked: (check, milliseconds) => metrics.checked(check, milliseconds),
    ...(config.crossNamespaceEvidence === 'check' && {
      reviews: createAccessReviews({ review: createReview(client), now: Date.now }),
    }),
    isInside: config.clusterNetwork,
    aws: createAwsReader(),
    logLooks: createLogLooks(Date.now),
  });
}

function createWriter(
  { client, log, metrics }: Foundations,
  probes: Probes,
  membership: Membership,
  audience: Audience,
): StatusWriter {
  const writer: StatusWriter = new StatusWriter({
    client,
    stored: (key) => probes.find(key)?.object,
    probes: () => probes.size,
    fence: (key) => membership.fence(key),
    onWritten(probe, before) {
      audience.tell(probe, before);
      log.debug({ probe: keyOfProbe(probe) }, 'The status was written');
    },
    onError: (probe, err) =>
      log.warn({ probe }, `The status could not be written: ${(err as Error).message}`),
    observe: metrics.queue('status', () => writer.queue),
  });
  return writer;
}
