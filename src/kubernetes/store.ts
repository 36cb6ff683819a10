import { isolated } from './isolated.ts';
import { createIndexes } from './store-indexes.ts';

/** One object as it is cached: its identity in the cluster and the caller's projection of it. */
export interface Entry<T> {
  /** `namespace/name`; `/name` without a namespace. */
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly object: T;
}

/** What happened to an object. One that was deleted and made anew comes as `deleted`, then `added`. */
export type StoreEvent<T> =
  | { readonly type: 'added' | 'deleted'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly previous: T };

/** Where a reflector puts what it sees. */
export interface Sink<T> {
  find(key: string): Entry<T> | undefined;
  set(entry: Entry<T>): void;
  delete(key: string): void;
  /** Makes `entries` all there is, in one namespace or everywhere. */
  replace(entries: ReadonlyMap<string, Entry<T>>, namespace?: string): void;
}

/** A read-only view of a kind of objects. Its objects are shared: never change one. */
export interface StoreView<T, Index extends string = never> {
  readonly size: number;
  get(namespace: string | undefined, name: string): T | undefined;
  /** All objects, in no particular order. */
  values(): IterableIterator<T>;
  /** The objects that an index function gave this value, ordered by key; the same list until one of them changes. */
  byIndex(index: Index, value: string): readonly T[];
  /** Calls back after each change, when all of it can be seen; the result ends that. */
  subscribe(listener: (event: StoreEvent<T>) => void): () => void;
}

export interface Store<T, Index extends string = never> extends StoreView<T, Index>, Sink<T> {}

export interface StoreOptions<T, Index extends string> {
  readonly indexes?: Readonly<Record<Index, (object: T) => readonly string[]>>;
  /** Told when an index function or a listener throws; neither stops the store. */
  readonly onError?: (error: unknown) => void;
}

export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export function createStore<T, Index extends string = never>(
  options: StoreOptions<T, Index> = {},
): Store<T, Index> {
  const onError = options.onError ?? (() => {});
  const entries = new Map<string, Entry<T>>();
  const indexes = createIndexes(options.indexes ?? ({} as Record<Index, never>), entries, onError);
  const listeners = new Set<(event: StoreEvent<T>) => void>();

  const insert = (entry: Entry<T>): StoreEvent<T>[] => {
    const previous = entries.get(entry.key);
    if (previous === entry) return [];
    if (previous !== undefined) indexes.remove(previous);
    entries.set(entry.key, entry);
    indexes.add(entry);
    return changes(previous, entry);
  };

  const remove = (key: string): StoreEvent<T>[] => {
    const previous = entries.get(key);
    if (previous === undefined) return [];
    indexes.remove(previous);
    entries.delete(key);
    return [{ type: 'deleted', key, object: previous.object }];
  };

  const notify = (events: readonly StoreEvent<T>[]) => {
    for (const event of events) for (const listener of listeners) isolated(() => listener(event), onError);
  };

  return {
    get size() {
      return entries.size;
    },
    get: (namespace, name) => entries.get(keyOf(namespace, name))?.object,
    *values() {
      for (const { object } of entries.values()) yield object;
    },
    byIndex: indexes.objects,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    find: (key) => entries.get(key),
    set: (entry) => notify(insert(entry)),
    delete: (key) => notify(remove(key)),
    replace(next, namespace) {
      const inScope = (key: string) => namespace === undefined || key.startsWith(`${namespace}/`);
      const gone = [...entries.keys()].filter((key) => inScope(key) && !next.has(key));
      notify([...gone.flatMap(remove), ...[...next.values()].flatMap(insert)]);
    },
  };
}

function changes<T>(previous: Entry<T> | undefined, { key, uid, object }: Entry<T>): StoreEvent<T>[] {
  if (previous === undefined) return [{ type: 'added', key, object }];
  if (previous.uid === uid) return [{ type: 'updated', key, object, previous: previous.object }];
  return [
    { type: 'deleted', key, object: previous.object },
    { type: 'added', key, object },
  ];
}
