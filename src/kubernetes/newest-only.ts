import type { Entry, Sink } from './store.ts';

/** How many of the oldest go at once, so that not each new object costs a search for the oldest. */
const SHARE_THAT_GOES = 0.1;

/**
 * Keeps of a kind that comes without end, such as Events, at most so many objects in a sink, the newest by the time that
 * each of them tells (RFC 3339).
 */
export function newestOnly<T>(sink: Sink<T>, most: number, timeOf: (object: T) => string): Sink<T> {
  let times = new Map<string, string>();

  const dropOldest = (): void => {
    if (times.size <= most) return;
    const surplus = Math.ceil(times.size - most * (1 - SHARE_THAT_GOES));
    for (const [key] of oldestFirst(times).slice(0, surplus)) forget(key);
  };
  const forget = (key: string): void => {
    times.delete(key);
    sink.delete(key);
  };

  return {
    find: (key) => sink.find(key),
    set(entry) {
      times.set(entry.key, timeOf(entry.object));
      sink.set(entry);
      dropOldest();
    },
    delete: forget,
    replace(entries, namespace) {
      const all = new Map([...entries].map(([key, { object }]) => [key, timeOf(object)]));
      times = new Map(oldestFirst(all).slice(-most));
      const kept = new Map<string, Entry<T>>([...entries].filter(([key]) => times.has(key)));
      sink.replace(kept, namespace);
    },
  };
}

const oldestFirst = (times: ReadonlyMap<string, string>): [string, string][] =>
  [...times].sort(([, a], [, b]) => (a < b ? -1 : Number(a > b)));
