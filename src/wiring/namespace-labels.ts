import type { Client } from '../kubernetes/client.ts';
import type { ReflectorState } from '../kubernetes/follower.ts';
import { startReflector } from '../kubernetes/reflector.ts';
import { type ApiObject, NAMESPACES } from '../kubernetes/resources.ts';
import { createStore } from '../kubernetes/store.ts';
import type { Transport } from '../kubernetes/transport.ts';
import type { Requeue } from '../kubernetes/workqueue.ts';

/** A Namespace by its labels. */
export interface LabelledNamespace {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NamespaceLabels {
  /** Resolves when there is something to go by. */
  whenKnown(): Promise<void>;
  /** Undefined where the namespace is gone. */
  of(namespace: string): Promise<LabelledNamespace | undefined>;
  subscribe(listener: (namespace: string) => void): () => void;
  /** Where nobody tells of changes. */
  readonly lookAgain?: Requeue;
}

const toNamespace = ({ metadata: { name = '', uid = '', labels = {} } }: ApiObject): LabelledNamespace => ({
  name,
  uid,
  labels,
});

export interface WatchOptions {
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly onState: (resource: string, state: ReflectorState) => void;
}

/** Of all namespaces, by a watch. */
export function watchNamespaces({ transport, signal, onError, onState }: WatchOptions): NamespaceLabels {
  const store = createStore<LabelledNamespace>({ onError });
  const reflector = startReflector({
    transport,
    resource: NAMESPACES,
    project: toNamespace,
    sink: store,
    signal,
    onError,
    onState: (state) => onState(NAMESPACES.plural, state),
  });
  return {
    whenKnown: () => reflector.whenSynced(),
    of: async (namespace) => store.get(undefined, namespace),
    subscribe: (listener) => store.subscribe(({ object }) => listener(object.name)),
  };
}

const LOOK_AGAIN_MILLISECONDS = 60_000;

/** Of the one namespace that the operator may look at: nobody may watch a single Namespace. */
export const askNamespace = (client: Pick<Client, 'get'>): NamespaceLabels => ({
  whenKnown: async () => {},
  of: async (name) => toNamespace(await client.get(NAMESPACES, { name })),
  subscribe: () => () => {},
  lookAgain: { requeueAfterMilliseconds: LOOK_AGAIN_MILLISECONDS },
});
