import { couldNotLook, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import type { Kind } from './kinds.ts';
import type { ClusterReader } from './reader.ts';

/** Look-ups that failed when a dump was made: of a kind, everywhere or in one namespace. */
export interface Unreadable {
  readonly kind: string;
  readonly namespace?: string;
  readonly reason: NotCheckedReason;
  readonly message: string;
}

/** A reader to which some look-ups are closed. A look at all namespaces fails when one of them may not be read. */
export function withUnreadable(reader: ClusterReader, unreadable: readonly Unreadable[]): ClusterReader {
  const failureOf = (kind: Kind, namespace: string | undefined): Lookup<never> | undefined => {
    const closed = unreadable.find(
      (each) =>
        each.kind === kind &&
        (each.namespace === undefined || namespace === undefined || each.namespace === namespace),
    );
    return closed && couldNotLook(closed.reason, closed.message);
  };
  return {
    get: async (kind, key) => failureOf(kind, key.namespace) ?? reader.get(kind, key),
    list: async (kind, scope) => failureOf(kind, scope?.namespace) ?? reader.list(kind, scope),
  };
}
