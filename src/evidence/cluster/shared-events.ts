import type { KubernetesEvent } from '../../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { ClusterReader, Scope } from './reader.ts';

const SHARED_MILLISECONDS = 2_000;

/**
 * Makes readers that take a namespace's Events from one list for 2 s: where many targets of a namespace fail at once,
 * their diagnoses do not list its Events each for itself. A list that failed is asked for anew.
 */
export function createEventSharing(): (reader: ClusterReader) => ClusterReader {
  const lists = new Map<string, Promise<Lookup<readonly KubernetesEvent[]>>>();

  const listEvents = (reader: ClusterReader, { namespace }: Scope) => {
    const key = namespace ?? '';
    const known = lists.get(key);
    if (known !== undefined) return known;
    const events = reader.list('Event', namespace === undefined ? {} : { namespace });
    lists.set(key, events);
    const forget = () => lists.delete(key);
    events.then(({ ok }) => (ok ? setTimeout(forget, SHARED_MILLISECONDS).unref() : forget()), forget);
    return events;
  };

  return (reader) => ({
    get: (kind, key) => reader.get(kind, key),
    list: ((kind, scope = {}) =>
      kind === 'Event' ? listEvents(reader, scope) : reader.list(kind, scope)) as ClusterReader['list'],
  });
}
