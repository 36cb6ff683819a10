import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { ReflectorState } from '../../kubernetes/follower.ts';
import type { StoreView } from '../../kubernetes/store.ts';
import { failedLook } from './failed-looks.ts';
import { KINDS, type Kind, type ObjectsByKind } from './kinds.ts';
import type { ClusterReader, Scope } from './reader.ts';
import { byKey, inScope } from './scope.ts';
import { keysFor, type ScopeIndex } from './scope-index.ts';

/** A kind that is kept in memory, filled by a reflector with `KINDS[kind].project` and `scopeIndex(kind)`. */
export interface KindCache<T> {
  readonly store: StoreView<T, ScopeIndex>;
  readonly state: () => ReflectorState;
  /** The only namespace that is kept; absent: all of them. */
  readonly namespace?: string;
}

export type KindCaches = { readonly [K in Kind]?: KindCache<ObjectsByKind[K]> };

/** Why a cache does not tell what there is; undefined when it does. */
function blindness(kind: Kind, { synced, lastError }: ReflectorState): Lookup<never> | undefined {
  if (synced) return undefined;
  const { resource } = KINDS[kind];
  if (lastError !== undefined) return failedLook(lastError, { verb: 'list', resource });
  return couldNotLook('Timeout', `The cache of ${resource.plural} is not filled yet`);
}

/** A cache of one namespace knows nothing of the others: what it does not hold may exist there. */
const covers = (cache: { readonly namespace?: string }, namespace: string | undefined): boolean =>
  cache.namespace === undefined || cache.namespace === namespace;

function select<T extends ObjectsByKind[Kind]>(
  store: StoreView<T, ScopeIndex>,
  kind: Kind,
  scope: Scope,
): T[] {
  const keys = keysFor(kind, scope);
  const near = keys === undefined ? [...store.values()] : keys.flatMap((key) => store.byIndex('scope', key));
  const isOneKey = keys?.length === 1;
  const each = isOneKey ? near : [...new Set(near)];
  const asked = each.filter((object) => inScope(kind, object, scope));
  // What one key leads to is in order, but for Events, which are told by what they are about.
  return isOneKey && kind !== 'Event' ? asked : asked.sort(byKey);
}

/** Reads caches; what is not cached is asked of `others`. */
export function createCachedReader(caches: KindCaches, others: ClusterReader): ClusterReader {
  return {
    async get(kind, key) {
      const cache = caches[kind];
      if (cache === undefined || !covers(cache, key.namespace)) return others.get(kind, key);
      return blindness(kind, cache.state()) ?? found(cache.store.get(key.namespace, key.name));
    },
    async list(kind, scope = {}) {
      const cache = caches[kind];
      if (cache === undefined || !covers(cache, scope.namespace)) return others.list(kind, scope);
      return blindness(kind, cache.state()) ?? found(select(cache.store, kind, scope));
    },
  };
}
