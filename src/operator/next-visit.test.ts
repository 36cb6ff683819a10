import { expect, it } from 'vitest';
import { Maintenance } from './maintenance.ts';
import { nextVisit } from './next-visit.ts';

const MIDNIGHT = Date.parse('2030-01-02T00:00:00Z');
const intervalMilliseconds = 30_000;
const after = (now: number, rests: boolean, maintenance?: Maintenance): string => {
  const plan = { intervalMilliseconds, ...(maintenance && { maintenance }) };
  return new Date(nextVisit(plan, { startedAt: now - 1, now, share: 0.5, rests }))
    .toISOString()
    .slice(11, 19);
};

it('comes at the next place on the grid, and at the one after it for a failure that rests', () => {
  expect([false, true].map((rests) => after(MIDNIGHT, rests))).toEqual(['00:00:15', '00:00:45']);
});

it('comes at once when a maintenance window opens, and after one as after a restart', () => {
  const windows = new Maintenance([{ schedule: '0 0 * * *', duration: '1m', timeZone: 'UTC' }]);
  const before = [false, true].map((rests) => after(MIDNIGHT - 20_000, rests, windows));
  expect(before).toEqual(['23:59:45', '00:00:00']);
  expect(after(MIDNIGHT + 5_000, true, windows)).toBe('00:01:15');
});
