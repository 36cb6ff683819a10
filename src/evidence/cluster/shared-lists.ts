import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { ClusterReader } from './reader.ts';

const SHARED_MILLISECONDS = 2_000;

/**
 * Makes readers of which all take the same list for 2 s: where many targets of a namespace fail at once, their
 * diagnoses do not list its Events each for itself. A list that failed is asked for anew.
 */
export function createListSharing(): (reader: ClusterReader) => ClusterReader {
  const lists = new Map<string, Promise<Lookup<unknown>>>();

  const share = <L extends Lookup<unknown>>(key: string, list: () => Promise<L>): Promise<L> => {
    const known = lists.get(key) as Promise<L> | undefined;
    if (known !== undefined) return known;
    const listed = list();
    lists.set(key, listed);
    const forget = () => lists.delete(key);
    listed.then(({ ok }) => (ok ? setTimeout(forget, SHARED_MILLISECONDS).unref() : forget()), forget);
    return listed;
  };

  return (reader) => ({
    get: (kind, key) => reader.get(kind, key),
    list: (kind, scope = {}) => share(JSON.stringify([kind, scope]), () => reader.list(kind, scope)),
  });
}
