import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

it('work begins in the order in which it came, and no two in one turn of the event loop', async () => {
  const turn = createTurns();
  const begun: string[] = [];
  const all = ['a', 'b', 'c'].map((name) => turn().then(() => begun.push(name)));
  const seen: number[] = [];
  while (begun.length < all.length) {
    seen.push(begun.length);
    await nextTurn();
  }
  expect(begun).toEqual(['a', 'b', 'c']);
  expect(seen.slice(1).every((count, index) => count - (seen[index] ?? 0) <= 1)).toBe(true);
});

it('work that lasts holds up nobody', async () => {
  const turn = createTurns();
  const lasting = turn().then(() => new Promise(() => {}));
  await turn();
  expect(await Promise.race([lasting, 'not over'])).toBe('not over');
});
