import { expect, it } from 'vitest';
import { newestOnly } from './newest-only.ts';
import { createStore, type Entry } from './store.ts';

interface Said {
  readonly name: string;
  readonly time: string;
}

const entry = (name: string, minute: number): Entry<Said> => {
  const time = `2030-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
  return { key: `shop/${name}`, uid: name, resourceVersion: `${minute}`, object: { name, time } };
};

const entries = (...all: readonly Entry<Said>[]) => new Map(all.map((each) => [each.key, each]));

function newest(most: number) {
  const store = createStore<Said>();
  const sink = newestOnly(store, most, ({ time }) => time);
  return { sink, names: () => [...store.values()].map(({ name }) => name) };
}

it('of a whole list the newest are kept', () => {
  const { sink, names } = newest(2);
  sink.replace(entries(entry('newest', 3), entry('oldest', 1), entry('middle', 2)));
  expect(names()).toEqual(['newest', 'middle']);
});

it('what is new takes the place of what is oldest, and what is told again is new', () => {
  const { sink, names } = newest(3);
  sink.replace(entries(entry('a', 1), entry('b', 2), entry('c', 3)));
  sink.set(entry('a', 4));
  sink.set(entry('d', 5));
  expect(names().sort()).toEqual(['a', 'd']);
});

it('what is deleted makes room', () => {
  const { sink, names } = newest(2);
  sink.replace(entries(entry('a', 1), entry('b', 2)));
  sink.delete('shop/b');
  sink.set(entry('c', 3));
  expect(names()).toEqual(['a', 'c']);
});

it('a later whole list is all there is', () => {
  const { sink, names } = newest(2);
  sink.replace(entries(entry('a', 1), entry('b', 2)));
  sink.replace(entries(entry('c', 3)));
  expect(names()).toEqual(['c']);
  sink.set(entry('d', 4));
  expect(names()).toEqual(['c', 'd']);
});
