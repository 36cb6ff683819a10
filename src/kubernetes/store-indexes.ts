import type { Entry } from './store.ts';

/** Objects by the values that index functions give them. */
export interface Indexes<T, Index extends string> {
  /** After the store holds it. */
  add(entry: Entry<T>): void;
  remove(entry: Entry<T>): void;
  /** Ordered by key. */
  objects(index: Index, value: string): readonly T[];
}

export function createIndexes<T, Index extends string>(
  functions: Readonly<Record<Index, (object: T) => readonly string[]>>,
  entries: ReadonlyMap<string, Entry<T>>,
  onError: (error: unknown) => void,
): Indexes<T, Index> {
  const names = Object.keys(functions) as Index[];
  const keysByValue = new Map(names.map((name) => [name, new Map<string, Keys<T>>()]));

  const valuesOf = (name: Index, { object }: Entry<T>): readonly string[] => {
    try {
      return functions[name](object);
    } catch (error) {
      onError(error);
      return [];
    }
  };

  const change = (entry: Entry<T>, next: (keys: Keys<T> | undefined, key: string) => Keys<T> | undefined) => {
    for (const [name, values] of keysByValue) {
      for (const value of valuesOf(name, entry)) {
        const keys = next(values.get(value), entry.key);
        if (keys === undefined) values.delete(value);
        else values.set(value, keys);
      }
    }
  };

  const objectsOf = (keys: readonly string[]): readonly T[] =>
    keys.flatMap((key) => entries.get(key)?.object ?? []);

  return {
    add: (entry) => change(entry, withKey),
    remove: (entry) => change(entry, withoutKey),
    objects(name, value) {
      const keys = keysByValue.get(name)?.get(value);
      if (keys === undefined) return [];
      if (typeof keys === 'string') return objectsOf([keys]);
      keys.objects ??= objectsOf([...keys.all].sort());
      return keys.objects;
    },
  };
}

/** Most values belong to one entry alone, such as the address of a Pod: a set of one would take ten times as much. */
type Keys<T> = string | Several<T>;

interface Several<T> {
  readonly all: Set<string>;
  /** What they lead to, in order, since it was last asked for: the Pods of a namespace are asked for again and again. */
  objects: readonly T[] | undefined;
}

function withKey<T>(keys: Keys<T> | undefined, key: string): Keys<T> {
  if (keys === undefined || keys === key) return key;
  if (typeof keys === 'string') return { all: new Set([keys, key]), objects: undefined };
  keys.all.add(key);
  keys.objects = undefined;
  return keys;
}

function withoutKey<T>(keys: Keys<T> | undefined, key: string): Keys<T> | undefined {
  if (keys === undefined || typeof keys === 'string') return keys === key ? undefined : keys;
  keys.all.delete(key);
  keys.objects = undefined;
  return keys.all.size === 0 ? undefined : keys;
}
