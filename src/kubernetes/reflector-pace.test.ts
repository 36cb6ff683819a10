import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { type Attempt, createPace } from './reflector-pace.ts';

const failed = (
  status: number | undefined,
  extra: Partial<Attempt> = {},
  retryAfterMilliseconds?: number,
): Attempt => ({
  error: new ApiError({
    verb: 'watch',
    path: '/api/v1/pods',
    reason: 'Whatever',
    message: 'scripted',
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMilliseconds === undefined ? {} : { retryAfterMilliseconds }),
  }),
  lastedMilliseconds: 5,
  receivedEvents: false,
  ...extra,
});

/** The smallest and the greatest of many waits after the n-th of equal attempts. */
function range(attempt: Attempt, before: readonly Attempt[] = []) {
  const waits = Array.from({ length: 500 }, () => {
    const pace = createPace();
    for (const each of before) pace(each);
    return pace(attempt);
  });
  return { least: Math.min(...waits), most: Math.max(...waits) };
}

const times = (count: number, attempt: Attempt) => Array.from({ length: count }, () => attempt);

test.each([
  [0, 800, 1_600],
  [1, 1_600, 3_200],
  [2, 3_200, 6_400],
  [9, 15_000, 30_000],
])('after %i failures before, one waits %i to %i ms', (before, least, most) => {
  const waits = range(failed(500), times(before, failed(500)));
  expect(waits.least).toBeGreaterThanOrEqual(least);
  expect(waits.most).toBeLessThanOrEqual(most);
  expect(waits.most - waits.least).toBeGreaterThan(least / 2);
});

test('a server that is not there is asked again within 10 s, so that the end of an outage is seen soon', () => {
  expect(range(failed(undefined), times(20, failed(undefined))).most).toBeLessThanOrEqual(10_000);
});

test('what is refused waits long from the start', () => {
  const { least, most } = range(failed(403, { isRefused: true }));
  expect(least).toBeGreaterThanOrEqual(15_000);
  expect(most).toBeLessThanOrEqual(30_000);
});

test('Retry-After is the least', () => {
  expect(range(failed(429, {}, 20_000)).least).toBeGreaterThanOrEqual(20_000);
});

test.each([{ receivedEvents: true }, { lastedMilliseconds: 10_000 }])(
  '%j makes the back-off start anew',
  (healthy) => {
    expect(range(failed(500, healthy), times(9, failed(500))).most).toBeLessThanOrEqual(1_600);
  },
);

test('a watch that ended as agreed is opened again at once; one that ends at once is not', () => {
  const ended = { lastedMilliseconds: 5_000, receivedEvents: false };
  expect(range(ended, times(9, ended)).most).toBeLessThanOrEqual(800);
  const short = { lastedMilliseconds: 5, receivedEvents: false };
  expect(range(short, times(9, short)).least).toBeGreaterThanOrEqual(15_000);
});
