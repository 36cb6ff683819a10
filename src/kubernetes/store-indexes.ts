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
  const keysByValue = new Map(names.map((name) => [name, new Map<string, Set<string>>()]));

  const valuesOf = (name: Index, { object }: Entry<T>): readonly string[] => {
    try {
      return functions[name](object);
    } catch (error) {
      onError(error);
      return [];
    }
  };

  const forEachSet = (entry: Entry<T>, change: (values: Map<string, Set<string>>, value: string) => void) => {
    for (const [name, values] of keysByValue)
      for (const value of valuesOf(name, entry)) change(values, value);
  };

  return {
    add: (entry) =>
      forEachSet(entry, (values, value) => {
        const keys = values.get(value);
        if (keys === undefined) values.set(value, new Set([entry.key]));
        else keys.add(entry.key);
      }),
    remove: (entry) =>
      forEachSet(entry, (values, value) => {
        const keys = values.get(value);
        keys?.delete(entry.key);
        if (keys?.size === 0) values.delete(value);
      }),
    keys: (name, value) => [...(keysByValue.get(name)?.get(value) ?? [])].sort(),
  };
}
