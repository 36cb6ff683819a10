import { describe, expect, it } from 'vitest';
import { Maintenance } from './maintenance.ts';

const SUNDAYS = { schedule: '0 2 * * SUN', duration: '2h', timeZone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);
const iso = (time: number) => new Date(time).toISOString();

describe('a maintenance window', () => {
  it.each([
    [
      '2026-06-07T00:00:00Z',
      '2026-06-07T02:00:00.000Z',
      'at its very start, 2 o’clock in the summer of Berlin',
    ],
    ['2026-06-07T01:59:59.999Z', '2026-06-07T02:00:00.000Z', 'up to its end'],
    ['2026-01-04T01:30:00Z', '2026-01-04T03:00:00.000Z', 'in winter'],
  ])('is open %s until %s: %s', (now, end) => {
    const open = new Maintenance([SUNDAYS]).openAt(at(now));
    expect(open).toEqual({ schedule: '0 2 * * SUN', timeZone: 'Europe/Berlin', end: at(end) });
  });

  it.each([
    ['2026-06-06T23:59:59.999Z', '2026-06-07T00:00:00.000Z', 'before its start'],
    ['2026-06-07T02:00:00Z', '2026-06-14T00:00:00.000Z', 'at its end'],
    ['2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z', 'in the night in which 2 o’clock is left out'],
  ])('is not open %s and opens %s: %s', (now, opens) => {
    const maintenance = new Maintenance([SUNDAYS]);
    expect(maintenance.openAt(at(now))).toBeUndefined();
    expect(iso(maintenance.changeAfter(at(now)))).toBe(opens);
  });

  it('lasts as long as the longest of those that overlap', () => {
    const nights = { schedule: '0 1 * * *', duration: '30m', timeZone: 'Etc/UTC' };
    const maintenance = new Maintenance([SUNDAYS, nights]);
    expect(maintenance.openAt(at('2026-06-07T01:10:00Z'))?.schedule).toBe('0 2 * * SUN');
    expect(iso(maintenance.changeAfter(at('2026-06-07T01:10:00Z')))).toBe('2026-06-07T02:00:00.000Z');
    expect(maintenance.openAt(at('2026-06-08T01:10:00Z'))?.schedule).toBe('0 1 * * *');
  });

  it('is open without end where one follows the other', () => {
    const maintenance = new Maintenance([{ schedule: '0 * * * *', duration: '2h', timeZone: 'Etc/UTC' }]);
    for (let hour = 0; hour < 30; hour += 1) {
      expect(maintenance.openAt(at('2026-06-07T00:00:00Z') + hour * 1_800_000)).toBeDefined();
    }
  });

  it('is found again when the clock was set back', () => {
    const maintenance = new Maintenance([SUNDAYS]);
    expect(maintenance.openAt(at('2026-06-14T00:30:00Z'))).toBeDefined();
    expect(maintenance.openAt(at('2026-06-08T00:30:00Z'))).toBeUndefined();
  });

  it('on a day that never comes never opens', () => {
    const never = new Maintenance([{ schedule: '0 0 30 2 *', duration: '1h', timeZone: 'Etc/UTC' }]);
    expect(never.openAt(at('2026-03-02T00:30:00Z'))).toBeUndefined();
    expect(never.changeAfter(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [{ schedule: '61 2 * * *' }, '61 2 * * *, Europe/Berlin'],
    [{ schedule: '5-1 2 * * *' }, '5-1 2 * * *, Europe/Berlin'],
    [{ schedule: '0 2 * * FOO' }, '0 2 * * FOO, Europe/Berlin'],
    [{ timeZone: 'Europe/Atlantis' }, '0 2 * * SUN, Europe/Atlantis'],
  ])('that makes no sense is one sentence: %j', (part, shown) => {
    expect(() => new Maintenance([SUNDAYS, { ...SUNDAYS, ...part }])).toThrow(
      `spec.maintenance[1] has a schedule or a time zone that does not exist: ${shown}.`,
    );
  });
});
