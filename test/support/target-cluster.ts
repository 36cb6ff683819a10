import { found } from '../../src/diagnosis/model/lookup.ts';
import { matchesLabels } from '../../src/diagnosis/topology/selectors.ts';
import type { Kinds, TargetReader } from '../../src/operator/target/resolved-target.ts';

export type Objects = { readonly [K in keyof Kinds]?: readonly Kinds[K][] };

/** A cluster that consists of these objects. */
export function clusterOf(objects: Objects): TargetReader {
  const listOf = (kind: keyof Kinds) => (objects[kind] ?? []) as readonly Kinds['Pod'][];
  return {
    get: async (kind, { namespace, name }) =>
      found(
        listOf(kind).find(
          ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
        ) as never,
      ),
    list: async (kind, { namespace, labels = {} } = {}) =>
      found(
        listOf(kind).filter(
          ({ metadata }) =>
            (namespace === undefined || metadata.namespace === namespace) &&
            matchesLabels(labels, metadata.labels),
        ) as never,
      ),
  };
}
