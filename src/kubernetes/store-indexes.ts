import type { Entry } from './store.ts';

/** Keys of entries by the values that index functions give them. */
export interface Indexes<T, Index extends string> {
  add(entry: Entry<T>): void;
  remove(entry: Entry<T>): void;
  keys(index: Index, value: string): string[];
}

export function createIndexes<T, Index extends string>(
  functions: Readonly<Record<Index, (object: T) => readonly string[]>>,
  onError: (error: unknown) => void,
): Indexes<T, Index> {
  const names = Object.keys(functions) as Index[];
  const keysByValue = new Map(names.map((name) => [name, new Map<string, Keys>()]));

  const valuesOf = (name: Index, { object }: Entry<T>): readonly string[] => {
    try {
      return functions[name](object);
    } catch (error) {
      onError(error);
      return [];
    }
  };

  const change = (entry: Entry<T>, next: (keys: Keys | undefined, key: string) => Keys | undefined) => {
    for (const [name, values] of keysByValue) {
      for (const value of valuesOf(name, entry)) {
        const keys = next(values.get(value), entry.key);
        if (keys === undefined) values.delete(value);
        else values.set(value, keys);
      }
    }
  };

  return {
    add: (entry) => change(entry, withKey),
    remove: (entry) => change(entry, withoutKey),
    keys: (name, value) => listed(keysByValue.get(name)?.get(value)).sort(),
  };
}

/** Most values belong to one entry alone, such as the address of a Pod: a set of one would take ten times as much. */
type Keys = string | Set<string>;

const listed = (keys: Keys | undefined): string[] => (typeof keys === 'string' ? [keys] : [...(keys ?? [])]);

function withKey(keys: Keys | undefined, key: string): Keys {
  if (keys === undefined || keys === key) return key;
  return typeof keys === 'string' ? new Set([keys, key]) : keys.add(key);
}

function withoutKey(keys: Keys | undefined, key: string): Keys | undefined {
  if (typeof keys === 'string') return keys === key ? undefined : keys;
  keys?.delete(key);
  return keys?.size === 0 ? undefined : keys;
}
