import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStore, type Entry, keyOf, type StoreEvent } from './store.ts';

interface Item {
  readonly labels: readonly string[];
}

const entry = (name: string, uid: string, resourceVersion: string, ...labels: string[]): Entry<Item> => ({
  key: keyOf('shop', name),
  uid,
  resourceVersion,
  object: { labels },
});

const byLabel = (item: Item) => item.labels;

test('get, values and byIndex follow what is set, deleted and replaced', () => {
  const store = createStore({ indexes: { label: byLabel } });
  const [a, b] = [entry('a', '1', '1', 'x', 'y'), entry('b', '2', '2', 'x')];
  store.set(b);
  store.set(a);
  expect(store.get('shop', 'a')).toBe(a.object);
  expect(store.get('bank', 'a')).toBeUndefined();
  expect(store.byIndex('label', 'x')).toEqual([a.object, b.object]);
  const changed = entry('a', '1', '3', 'z');
  store.set(changed);
  expect(store.byIndex('label', 'x')).toEqual([b.object]);
  expect(store.byIndex('label', 'z')).toEqual([changed.object]);
  store.delete(b.key);
  expect([store.size, store.byIndex('label', 'x')]).toEqual([1, []]);
});

test('listeners see all of a replacement done, and none after they unsubscribe', () => {
  const store = createStore<Item>();
  const seen: unknown[] = [];
  store.set(entry('gone', '1', '1'));
  const unsubscribe = store.subscribe((event) =>
    seen.push([event.type, event.key, [...store.values()].length]),
  );
  const next = [entry('a', '2', '2'), entry('b', '3', '3')];
  store.replace(new Map(next.map((each) => [each.key, each])));
  expect(seen).toEqual([
    ['deleted', 'shop/gone', 2],
    ['added', 'shop/a', 2],
    ['added', 'shop/b', 2],
  ]);
  unsubscribe();
  store.delete('shop/a');
  expect(seen).toHaveLength(3);
});

test('a new uid under an old name is a deletion and an addition', () => {
  const store = createStore<Item>();
  const events: StoreEvent<Item>[] = [];
  const [old, anew] = [entry('a', '1', '1', 'old'), entry('a', '2', '2', 'new')];
  store.set(old);
  store.subscribe((event) => events.push(event));
  store.set(anew);
  expect(events).toEqual([
    { type: 'deleted', key: 'shop/a', object: old.object },
    { type: 'added', key: 'shop/a', object: anew.object },
  ]);
});

test('an index function that throws leaves the object out of that index alone', () => {
  const errors: unknown[] = [];
  const store = createStore<Item, 'bad' | 'label'>({
    indexes: {
      bad: () => {
        throw new Error('bad index');
      },
      label: byLabel,
    },
    onError: (error) => errors.push(error),
  });
  store.set(entry('a', '1', '1', 'x'));
  expect(store.byIndex('bad', 'x')).toEqual([]);
  expect(store.byIndex('label', 'x')).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

const names = fc.constantFrom('a', 'b', 'c', 'd');
const labels = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'));
const uids = fc.constantFrom('1', '2');
const entries = fc.tuple(names, uids, labels).map(([name, uid, given]) => entry(name, uid, '', ...given));
const steps = fc.array(
  fc.oneof(
    entries.map((set) => ({ set })),
    names.map((name) => ({ deleted: keyOf('shop', name) })),
    fc.array(entries).map((all) => ({ replaced: new Map(all.map((each) => [each.key, each])) })),
  ),
);

test('whatever is done to it, it equals a plain map, its indexes equal a search, its events replay to the same', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const store = createStore({ indexes: { label: byLabel } });
      const replayed = new Map<string, Item>();
      store.subscribe(({ type, key, object }) => {
        if (type === 'deleted') {
          expect(replayed.get(key)).toBe(object);
          replayed.delete(key);
        } else {
          expect(replayed.has(key)).toBe(type === 'updated');
          replayed.set(key, object);
        }
      });
      let model = new Map<string, Item>();
      for (const step of script) {
        if ('set' in step) {
          store.set(step.set);
          model.set(step.set.key, step.set.object);
        } else if ('deleted' in step) {
          store.delete(step.deleted);
          model.delete(step.deleted);
        } else {
          store.replace(step.replaced);
          model = new Map([...step.replaced].map(([key, { object }]) => [key, object]));
        }
        const sorted = [...model].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
        expect(new Set(store.values())).toEqual(new Set(model.values()));
        expect(replayed).toEqual(model);
        for (const label of ['x', 'y', 'z']) {
          expect(store.byIndex('label', label)).toEqual(sorted.filter((item) => item.labels.includes(label)));
        }
      }
    }),
  );
});
