import type { KubernetesObject } from '../diagnosis/model/kubernetes.ts';
import { KINDS } from '../evidence/cluster/kinds.ts';
import type { Client } from '../kubernetes/client.ts';
import { NAMESPACES } from '../kubernetes/resources.ts';
import type { StoreView } from '../kubernetes/store.ts';
import type { Requeue } from '../kubernetes/workqueue.ts';

/** Where the labels of namespaces are looked up. */
export interface NamespaceLabels {
  /** Undefined where the namespace is gone, or nothing is known of it. */
  of(namespace: string): Promise<KubernetesObject | undefined>;
  subscribe(listener: (namespace: string) => void): () => void;
  /** Where nobody tells of changes. */
  readonly lookAgain?: Requeue;
}

export const cachedNamespaces = (store: StoreView<KubernetesObject, 'scope'>): NamespaceLabels => ({
  of: async (namespace) => store.get(undefined, namespace),
  subscribe: (listener) => store.subscribe(({ object }) => listener(object.metadata.name)),
});

const LOOK_AGAIN_MILLISECONDS = 60_000;

/** Of the one namespace that the operator may look at: nobody may watch a single Namespace. */
export const askedNamespace = (client: Pick<Client, 'get'>): NamespaceLabels => ({
  of: async (name) => KINDS.Namespace.project(await client.get(NAMESPACES, { name })),
  subscribe: () => () => {},
  lookAgain: { requeueAfterMilliseconds: LOOK_AGAIN_MILLISECONDS },
});
