import type { Logger } from 'pino';
import type { KubernetesObject } from '../diagnosis/model/kubernetes.ts';
import { readMode } from '../discovery/annotations.ts';
import { AutomaticProbes, type NamespaceState } from '../discovery/automatic-probes.ts';
import type { RoutingKind } from '../discovery/routes.ts';
import type { RoutingObject } from '../discovery/wanted-probes.ts';
import { KINDS } from '../evidence/cluster/kinds.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import { FencedError } from '../kubernetes/leader-election.ts';
import type { Membership } from '../kubernetes/membership.ts';
import { apiVersionOf, NAMESPACES } from '../kubernetes/resources.ts';
import type { StoreEvent, StoreView } from '../kubernetes/store.ts';
import { type Requeue, Workqueue, type WorkqueueObservation } from '../kubernetes/workqueue.ts';
import type { StoredProbe } from '../operator/stored-probe.ts';
import { createWrites, type Regarded, type WriteOptions } from './automatic-probe-writes.ts';
import type { ClusterCaches } from './caches.ts';
import type { Foundations } from './foundations.ts';
import { askedNamespace, cachedNamespaces, type NamespaceLabels } from './namespace-labels.ts';

interface AutomaticProbesOptions extends Pick<WriteOptions, 'client' | 'instance'> {
  readonly caches: Pick<ClusterCaches, 'kinds'>;
  readonly probes: StoreView<StoredProbe, 'namespace'>;
  readonly labels: NamespaceLabels;
  /** Whether this replica looks after the namespace: one does, so that no two write into it. */
  readonly keeps: (namespace: string) => boolean;
  readonly fence: (namespace: string) => () => void;
  readonly log: Logger;
  readonly observe?: (observation: WorkqueueObservation) => void;
}

export interface AutomaticProbesRun {
  readonly queue: Workqueue;
  /** Begins with what the caches hold. */
  start(): void;
  /** Takes over namespaces that belong to this replica by now. */
  reshard(): void;
  stop(): Promise<void>;
}

/** In the order in which they get their names. */
const ROUTING_KINDS = ['Ingress', 'HTTPRoute', 'Service'] as const satisfies readonly RoutingKind[];

/** Objects of one release come within moments of each other. */
const GATHERING_MILLISECONDS = 100;

/** Keeps the StatusProbes of annotated objects, following the caches that the operator has anyway. */
function createAutomaticProbes(options: AutomaticProbesOptions): AutomaticProbesRun {
  const { probes, labels, keeps, observe } = options;
  const automatic = new AutomaticProbes();
  const subscriptions: (() => void)[] = [];
  const tellTrouble = createTroubleLog(options.log);
  const queue = new Workqueue({
    workers: 2,
    baseMilliseconds: 1000,
    ceilingMilliseconds: 60_000,
    async handle(namespace, signal): Promise<Requeue | undefined> {
      if (!keeps(namespace)) return void automatic.forget(namespace);
      await reconcile(namespace, signal, automatic, options).catch((error: unknown) => {
        if (signal.aborted || error instanceof FencedError) return;
        tellTrouble(error);
        throw error;
      });
      return labels.lookAgain;
    },
    ...(observe && { observe }),
  });
  const enqueue = (namespace: string | undefined) => {
    if (namespace !== undefined && keeps(namespace)) queue.addAfter(namespace, GATHERING_MILLISECONDS);
  };
  const reshard = () => {
    if (subscriptions.length === 0) return;
    for (const namespace of namespacesOf(options)) enqueue(namespace);
  };
  return {
    queue,
    reshard,
    start() {
      const stores = ROUTING_KINDS.map((kind) => storeOf(kind, options));
      subscriptions.push(
        ...stores.map((store) => store.subscribe(({ object }) => enqueue(object.metadata.namespace))),
        probes.subscribe((event) => isNews(event) && enqueue(event.object.namespace)),
        labels.subscribe(enqueue),
      );
      reshard();
    },
    async stop() {
      for (const end of subscriptions.splice(0)) end();
      await queue.stop();
    },
  };
}

async function reconcile(
  namespace: string,
  signal: AbortSignal,
  automatic: AutomaticProbes,
  options: Options,
): Promise<void> {
  const found = await options.labels.of(namespace);
  if (found === undefined) return;
  const fence = options.fence(namespace);
  const writes = createWrites(namespace, regardedIn(found, options), { ...options, signal, fence });
  await automatic.reconcile(namespace, stateOf(found, options), writes);
}

/** What of the operator they need. */
interface Surroundings extends Pick<AutomaticProbesOptions, 'caches' | 'probes'> {
  readonly membership: Pick<Membership, 'keeps' | 'fence'>;
}

/** Undefined where nobody asked for them. */
export function automaticProbesFor(
  { config, client, log, metrics }: Foundations,
  { caches, probes, membership }: Surroundings,
): AutomaticProbesRun | undefined {
  if (!config.automaticProbes) return undefined;
  const run: AutomaticProbesRun = createAutomaticProbes({
    client,
    instance: config.instance,
    caches,
    probes,
    labels:
      caches.kinds.Namespace === undefined
        ? askedNamespace(client)
        : cachedNamespaces(caches.kinds.Namespace.store),
    keeps: (namespace) => membership.keeps(namespace),
    fence: (namespace) => membership.fence(namespace),
    log,
    observe: metrics.queue('automatic-probes', () => run.queue),
  });
  return run;
}

type Options = AutomaticProbesOptions;
type RoutingStore = StoreView<RoutingObject['object'], 'scope'>;

const storeOf = (kind: RoutingKind, { caches }: Pick<Options, 'caches'>): RoutingStore =>
  caches.kinds[kind]?.store as RoutingStore;

/** A status that was written is no news. */
const isNews = (event: StoreEvent<StoredProbe>): boolean =>
  event.type !== 'updated' ||
  event.object.generation !== event.previous.generation ||
  event.object.madeFor !== event.previous.madeFor;

function namespacesOf(options: Options): ReadonlySet<string | undefined> {
  const objects = ROUTING_KINDS.flatMap((kind) => [...storeOf(kind, options).values()]);
  return new Set(objects.map(({ metadata }) => metadata.namespace));
}

const objectsIn = (namespace: string, options: Options): readonly RoutingObject[] =>
  ROUTING_KINDS.flatMap((kind) =>
    storeOf(kind, options)
      .byIndex('scope', `namespace ${namespace}`)
      .map((object) => ({ kind, object }) as RoutingObject),
  );

function stateOf({ metadata }: KubernetesObject, options: Options): NamespaceState {
  const { name, uid = '' } = metadata;
  const read = readMode(metadata);
  return {
    mode: read.mode,
    objects: objectsIn(name, options),
    probes: options.probes.byIndex('namespace', name).map(({ resolution, ...probe }) => ({
      name: probe.name,
      uid: probe.uid,
      ...(probe.madeFor === undefined ? {} : { madeFor: probe.madeFor }),
      ...(resolution.ok && { spec: resolution.spec }),
    })),
    complaints: read.ok ? [] : [{ uid, message: read.message }],
  };
}

/** What an Event about the object with a UID names. */
const regardedIn =
  ({ metadata: { name, uid = '' } }: KubernetesObject, options: Options) =>
  (wanted: string): Regarded | undefined => {
    if (wanted === uid) return { apiVersion: apiVersionOf(NAMESPACES), kind: NAMESPACES.kind, name, uid };
    const routing = objectsIn(name, options).find(({ object }) => object.metadata.uid === wanted);
    if (routing === undefined) return undefined;
    const { kind, object } = routing;
    const apiVersion = apiVersionOf(KINDS[kind].resource);
    return { apiVersion, kind, namespace: name, name: object.metadata.name, uid: wanted };
  };

/** Tells each trouble once until another one comes. */
function createTroubleLog(log: Logger): (error: unknown) => void {
  let told = '';
  return (error) => {
    const { message } = error as Error;
    const remedy = hasReason(error, 'Forbidden') ? ': apply deploy/addons/automatic-probes' : '';
    if (message !== told) log.warn(`Automatic StatusProbes cannot be kept: ${message}${remedy}`);
    told = message;
  };
}
