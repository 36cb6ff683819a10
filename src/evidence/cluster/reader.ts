import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { Kind, ObjectsByKind } from './kinds.ts';

/** Which objects of a kind: all of them where nothing is said. */
export interface Scope {
  readonly namespace?: string;
  /** Labels that they carry; an EndpointSlice's Service and a Service's Pods are found by them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Ingresses and HTTPRoutes for this host, exact, by wildcard or for any host. */
  readonly host?: string;
  /** Pods that run an image with this in its name. */
  readonly image?: string;
}

/**
 * A read-only view of a cluster: of caches, of single reads or of a saved dump. An object that does not exist is
 * `found(undefined)`; a look-up that failed says why, and never counts as absence. Lists are ordered by namespace and name.
 */
export interface ClusterReader {
  get<K extends Kind>(
    kind: K,
    key: { readonly namespace?: string; readonly name: string },
  ): Promise<Lookup<ObjectsByKind[K] | undefined>>;
  list<K extends Kind>(kind: K, scope?: Scope): Promise<Lookup<readonly ObjectsByKind[K][]>>;
}
