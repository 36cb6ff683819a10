import { expect, test } from 'vitest';
import { SecondLooks } from './second-looks.ts';

test('few failures are looked into with every probe, many by turns', () => {
  const looks = new SecondLooks();
  expect(looks.isDue('a', 0)).toBe(true);
  looks.looked('a', 0);
  expect(looks.isDue('a', 1_000)).toBe(true);
  for (let other = 1; other < 1_000; other += 1) looks.looked(`b${other}`, 0);
  expect(looks.isDue('a', 49_999)).toBe(false);
  expect(looks.isDue('a', 50_000)).toBe(true);
  looks.forget('a');
  expect(looks.isDue('a', 0)).toBe(true);
});
