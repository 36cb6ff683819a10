import { isDeepStrictEqual } from 'node:util';
import { couldNotLook, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import type { Kind } from './kinds.ts';
import type { ClusterReader, Scope } from './reader.ts';

/** One look as it was made: an object by its key, or a list by its scope. */
export interface Look {
  readonly verb: 'get' | 'list';
  readonly of: Scope & { readonly name?: string };
}

/** Look-ups that failed when a dump was made: of a kind, everywhere or in one namespace, or one very look. */
export interface Unreadable {
  readonly kind: string;
  readonly namespace?: string;
  readonly look?: Look;
  readonly reason: NotCheckedReason;
  readonly message: string;
}

const isLook = (one: Look, { verb, of }: Look): boolean =>
  one.verb === verb && isDeepStrictEqual(written(one.of), written(of));

/** A look at one object, by its key alone. */
export const lookAt = ({
  name,
  namespace,
}: {
  readonly name: string;
  readonly namespace?: string;
}): Look => ({
  verb: 'get',
  of: { name, ...(namespace === undefined ? {} : { namespace }) },
});

/** As a file tells it, where nothing is the same as undefined. */
const written = (of: Look['of']): unknown => JSON.parse(JSON.stringify(of));

/** A reader to which some look-ups are closed. A look at all namespaces fails when one of them may not be read. */
export function withUnreadable(reader: ClusterReader, unreadable: readonly Unreadable[]): ClusterReader {
  const failureOf = (kind: Kind, look: Look): Lookup<never> | undefined => {
    const { namespace } = look.of;
    const closed = unreadable.find(
      (each) =>
        each.kind === kind &&
        (each.look === undefined
          ? each.namespace === undefined || namespace === undefined || each.namespace === namespace
          : isLook(each.look, look)),
    );
    return closed && couldNotLook(closed.reason, closed.message);
  };
  return {
    get: async (kind, key) => failureOf(kind, lookAt(key)) ?? reader.get(kind, key),
    list: async (kind, scope = {}) =>
      failureOf(kind, { verb: 'list', of: scope }) ?? reader.list(kind, scope),
  };
}
