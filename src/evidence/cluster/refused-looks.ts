import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { Kind } from './kinds.ts';
import type { ClusterReader } from './reader.ts';

/** So long after a permission was given, or a kind installed, it is seen. */
const LIFE_MILLISECONDS = 3 * 60_000;

const LASTING: ReadonlySet<string> = new Set(['Forbidden', 'NotInstalled']);

interface Refused {
  readonly look: Lookup<never>;
  readonly goodUntil: number;
}

/**
 * Makes readers that do not ask again what they were just forbidden, as a Secret without the add-on for Secrets, nor for
 * a kind that the cluster does not know: each diagnosis would ask in vain. A permission may be for some names alone.
 */
export function createRefusalMemory(now: () => number): (reader: ClusterReader) => ClusterReader {
  const refused = new Map<string, Refused>();

  const known = (key: string): Lookup<never> | undefined => {
    const entry = refused.get(key);
    return entry !== undefined && entry.goodUntil > now() ? entry.look : undefined;
  };
  const remember = async <L extends Lookup<unknown>>(kind: Kind, what: object, ask: () => Promise<L>) => {
    const key = JSON.stringify([kind, what]);
    const before = known(kind) ?? known(key);
    if (before !== undefined) return before;
    const look = await ask();
    if (look.ok || !LASTING.has(look.reason)) return look;
    const place = look.reason === 'NotInstalled' ? kind : key;
    refused.delete(place);
    prune(refused, now());
    refused.set(place, { look, goodUntil: now() + LIFE_MILLISECONDS });
    return look;
  };

  return (reader) => ({
    get: (kind, key) => remember(kind, [key.namespace, key.name], () => reader.get(kind, key)),
    list: (kind, scope = {}) => remember(kind, scope, () => reader.list(kind, scope)),
  });
}

/** The oldest stand first. */
function prune(refused: Map<string, Refused>, now: number): void {
  for (const [key, { goodUntil }] of refused) {
    if (goodUntil > now) return;
    refused.delete(key);
  }
}
