import { expect, test } from 'vitest';
import { createTextSharing } from './sharing.ts';

test('objects keep what they say', () => {
  const share = createTextSharing();
  const given = () => ({
    name: 'a',
    time: '2026-01-01T00:00:00Z',
    long: 'x'.repeat(100),
    count: 3,
    none: null,
    absent: undefined,
    list: ['2026-01-01T00:00:00Z', { ready: true }],
  });
  expect(share(given())).toEqual(given());
  expect(share(given())).toEqual(given());
  expect(share('2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
});

test('what is frozen is left as it is', () => {
  const frozen = Object.freeze({ time: '2026-01-01T00:00:00Z' });
  expect(createTextSharing()({ frozen }).frozen).toBe(frozen);
});

test('more texts than it remembers are no matter', () => {
  const share = createTextSharing();
  for (let count = 0; count < 50_000; count += 1)
    expect(share(`some text number ${count}`)).toBe(`some text number ${count}`);
});
