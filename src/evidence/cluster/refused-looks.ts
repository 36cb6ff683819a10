import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { ClusterReader } from './reader.ts';

/** So long after a permission was given, it is seen. */
const LIFE_MILLISECONDS = 3 * 60_000;

interface Refused {
  readonly look: Lookup<never>;
  readonly goodUntil: number;
}

/**
 * Makes readers that do not ask again what they were just forbidden, as a Secret without the add-on for Secrets: each
 * diagnosis would ask for it in vain. By object, as a permission may be for some names alone.
 */
export function createRefusalMemory(now: () => number): (reader: ClusterReader) => ClusterReader {
  const refused = new Map<string, Refused>();

  const remember = async <L extends Lookup<unknown>>(key: string, ask: () => Promise<L>) => {
    const known = refused.get(key);
    if (known !== undefined && known.goodUntil > now()) return known.look;
    const look = await ask();
    refused.delete(key);
    if (!look.ok && look.reason === 'Forbidden') {
      prune(refused, now());
      refused.set(key, { look, goodUntil: now() + LIFE_MILLISECONDS });
    }
    return look;
  };

  return (reader) => ({
    get: (kind, key) =>
      remember(JSON.stringify([kind, key.namespace, key.name]), () => reader.get(kind, key)),
    list: (kind, scope = {}) => remember(JSON.stringify([kind, scope]), () => reader.list(kind, scope)),
  });
}

/** The oldest stand first. */
function prune(refused: Map<string, Refused>, now: number): void {
  for (const [key, { goodUntil }] of refused) {
    if (goodUntil > now) return;
    refused.delete(key);
  }
}
