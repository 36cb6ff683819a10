import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { Kind } from './kinds.ts';
import type { ClusterReader } from './reader.ts';

const SHARED_MILLISECONDS = 2_000;

/** metrics-server itself looks no more often than that. */
const METRICS_MILLISECONDS = 15_000;

const lifeOf = (kind: Kind): number => (kind === 'PodMetrics' ? METRICS_MILLISECONDS : SHARED_MILLISECONDS);

/**
 * Makes readers of which all take the same look for 2 s: where many targets of a namespace fail at once, their diagnoses
 * do not ask the API server each for itself. A look that failed is taken anew.
 */
export function createLookSharing(): (reader: ClusterReader) => ClusterReader {
  const looks = new Map<string, Promise<Lookup<unknown>>>();

  const share = <L extends Lookup<unknown>>(kind: Kind, what: object, look: () => Promise<L>): Promise<L> => {
    const key = JSON.stringify([kind, what]);
    const known = looks.get(key) as Promise<L> | undefined;
    if (known !== undefined) return known;
    const looked = look();
    looks.set(key, looked);
    const forget = () => looks.delete(key);
    looked.then(({ ok }) => (ok ? setTimeout(forget, lifeOf(kind)).unref() : forget()), forget);
    return looked;
  };

  return (reader) => ({
    get: (kind, { namespace, name }) =>
      share(kind, [namespace, name], () =>
        reader.get(kind, { name, ...(namespace === undefined ? {} : { namespace }) }),
      ),
    list: (kind, scope = {}) => share(kind, scope, () => reader.list(kind, scope)),
  });
}
