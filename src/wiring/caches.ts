import { createCachedReader, type KindCaches } from '../evidence/cluster/cached.ts';
import { KINDS, type Kind, type ObjectsByKind } from '../evidence/cluster/kinds.ts';
import type { ClusterReader } from '../evidence/cluster/reader.ts';
import { createRefusalMemory } from '../evidence/cluster/refused-looks.ts';
import { scopeIndex } from '../evidence/cluster/scope-index.ts';
import { createLookSharing } from '../evidence/cluster/shared-looks.ts';
import { createPodPartSharing } from '../evidence/cluster/shared-pod-parts.ts';
import { createTargetedReader } from '../evidence/cluster/targeted.ts';
import type { Client } from '../kubernetes/client.ts';
import type { ReflectorState } from '../kubernetes/follower.ts';
import { newestOnly } from '../kubernetes/newest-only.ts';
import { type Reflector, startReflector } from '../kubernetes/reflector.ts';
import type { PaceSettings } from '../kubernetes/reflector-pace.ts';
import { createStore, type Sink } from '../kubernetes/store.ts';
import type { Transport } from '../kubernetes/transport.ts';

/** What diagnoses read so often that it is kept in memory; all else is asked for when it is needed. */
const CACHED_KINDS = [
  'Pod',
  'Service',
  'EndpointSlice',
  'Ingress',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'NetworkPolicy',
  'HorizontalPodAutoscaler',
  'Event',
] as const satisfies readonly Kind[];

/** Kinds that a cluster need not have; once it has them, the next attempt sees it. */
const OPTIONAL_KINDS = [
  'HTTPRoute',
  'Gateway',
  'GatewayClass',
  'ReferenceGrant',
  'BackendTLSPolicy',
  'TargetGroupBinding',
  'EKSTargetGroupBinding',
] as const satisfies readonly Kind[];

const CLUSTER_WIDE_KINDS = ['IngressClass', 'Node'] as const satisfies readonly Kind[];

/** Of many thousand Events, which a large cluster has within the hour that it keeps them, the newest tell enough. */
const MOST_EVENTS = 10_000;

function sinkFor<K extends Kind>(kind: K, store: Sink<ObjectsByKind[K]>): Sink<ObjectsByKind[K]> {
  if (kind !== 'Event') return store;
  return newestOnly(store, MOST_EVENTS, (object) => (object as ObjectsByKind['Event']).time);
}

function projectionOf<K extends Kind>(kind: K): (raw: unknown) => ObjectsByKind[K] {
  const { project } = KINDS[kind];
  if (kind !== 'Pod') return project;
  const share = createPodPartSharing();
  return (raw) => share(project(raw) as ObjectsByKind['Pod']) as ObjectsByKind[K];
}

/** Whoever may look at one namespace alone may get that one, and list none. */
const kindsFor = (namespace: string | undefined): readonly Kind[] => [
  ...CACHED_KINDS,
  ...OPTIONAL_KINDS,
  ...CLUSTER_WIDE_KINDS,
  ...(namespace === undefined ? (['Namespace'] as const) : []),
];

export interface CacheOptions {
  readonly transport: Transport;
  readonly client: Client;
  /** The only namespace to look at. */
  readonly namespace?: string;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly onState: (resource: string, state: ReflectorState) => void;
  /** How soon a watch that failed is tried again. */
  readonly pace?: PaceSettings;
}

export interface ClusterCaches {
  /** A reader for one diagnosis: what is not cached is asked for once. */
  reader(): ClusterReader;
  /** What is kept in memory, for whoever follows its changes. */
  readonly kinds: KindCaches;
  /** Kinds that are not filled yet, with the reason where there is one. */
  unsynced(): readonly string[];
}

/** Watches what evidence is made of. A kind that may not be watched is `Forbidden` for whoever needs it. */
export function startCaches(options: CacheOptions): ClusterCaches {
  const reflectors = new Map<Kind, Reflector>();
  const start = <K extends Kind>(kind: K): KindCaches => {
    const { resource } = KINDS[kind];
    const store = createStore<ObjectsByKind[K], 'scope'>({
      indexes: scopeIndex(kind),
      onError: options.onError,
    });
    const { transport, namespace, signal, onError } = options;
    const onState = (state: ReflectorState) => options.onState(resource.plural, toldState(kind, state));
    const scope = namespace === undefined || !resource.namespaced ? {} : { namespace };
    const reflector = startReflector({
      transport,
      resource,
      project: projectionOf(kind),
      sink: sinkFor(kind, store),
      signal,
      onError,
      onState,
      ...(options.pace && { pace: options.pace }),
      ...scope,
    });
    reflectors.set(kind, reflector);
    return { [kind]: { store, state: () => reflector.state, ...scope } };
  };
  const caches: KindCaches = Object.assign({}, ...kindsFor(options.namespace).map(start));
  const sharing = createLookSharing();
  const remembering = createRefusalMemory(() => performance.now());
  return {
    kinds: caches,
    reader: () => createCachedReader(caches, sharing(remembering(createTargetedReader(options.client)))),
    unsynced: () =>
      [...reflectors].flatMap(([kind, { state }]) =>
        state.synced || isRefused(state) ? [] : [KINDS[kind].resource.plural],
      ),
  };
}

/** A kind that is not installed, and need not be, is no news. */
function toldState(kind: Kind, { lastError, ...state }: ReflectorState): ReflectorState {
  const isAbsent = lastError?.status === 404 && OPTIONAL_KINDS.some((optional) => optional === kind);
  return isAbsent ? { ...state, watching: true } : { ...state, ...(lastError && { lastError }) };
}

/** What RBAC does not allow is not waited for: those looks are `notChecked`, `Forbidden`. */
const isRefused = ({ lastError }: Reflector['state']): boolean =>
  lastError?.reason === 'Forbidden' || lastError?.status === 404;
