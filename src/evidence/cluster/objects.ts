import { found } from '../../diagnosis/model/lookup.ts';
import { isKind, KINDS, type Kind, type ObjectsByKind } from './kinds.ts';
import type { ClusterReader } from './reader.ts';
import { byKey, inScope } from './scope.ts';

/** A Kubernetes object as it was written, of whatever kind. */
export interface RawObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A cluster that consists of these objects and nothing else. Kinds that no check reads are passed over. */
export function createObjectsReader(objects: readonly RawObject[]): ClusterReader {
  const byKind = new Map<Kind, ObjectsByKind[Kind][]>();
  for (const object of objects) {
    if (!isKind(object.kind)) continue;
    const known = byKind.get(object.kind) ?? [];
    byKind.set(object.kind, [...known, KINDS[object.kind].project(object)]);
  }
  for (const list of byKind.values()) list.sort(byKey);

  const listOf = <K extends Kind>(kind: K) =>
    (byKind.get(kind) ?? []) as unknown as readonly ObjectsByKind[K][];
  const isNamed = (object: ObjectsByKind[Kind], namespace: string | undefined, name: string): boolean =>
    'metadata' in object && object.metadata.name === name && object.metadata.namespace === namespace;

  return {
    get: async (kind, { namespace, name }) =>
      found(listOf(kind).find((object) => isNamed(object, namespace, name))),
    list: async (kind, scope = {}) => found(listOf(kind).filter((object) => inScope(kind, object, scope))),
  };
}
