import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createStarts, createTurns } from './turns.ts';

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

it('so much work at once, and more when what began first only waits', async () => {
  const { start } = createStarts();
  const under: number[] = [];
  let running = 0;
  const work = async () => {
    running += 1;
    under.push(running);
    await nextTurn();
    running -= 1;
    return running;
  };
  await Promise.all(Array.from({ length: 100 }, () => start(work).done));
  expect(Math.max(...under)).toBeLessThanOrEqual(4);
  const silent = Array.from({ length: 20 }, () => start(() => new Promise<void>(() => {})).begun);
  await Promise.all(silent);
  expect(await start(async () => 'begun').done).toBe('begun');
});

it('tells of a crowd while more than a hundred wait', async () => {
  const { start, isCrowded } = createStarts();
  const work = Array.from({ length: 200 }, () => start(() => nextTurn()).done);
  expect(isCrowded()).toBe(true);
  await Promise.all(work);
  expect(isCrowded()).toBe(false);
});

it('work that fails gives its place back', async () => {
  const { start } = createStarts();
  const failed = Array.from({ length: 40 }, () =>
    start(async () => {
      throw new Error('broken');
    }).done.catch(({ message }) => message),
  );
  expect(new Set(await Promise.all(failed))).toEqual(new Set(['broken']));
});
