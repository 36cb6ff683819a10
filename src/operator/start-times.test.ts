import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstStart, nextStart, shareOf } from './start-times.ts';

const now = fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 });
const interval = fc.integer({ min: 1000, max: 86_400_000 });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('nextStart', () => {
  it('comes after now and within one interval', () => {
    fc.assert(
      fc.property(now, interval, share, (from, every, part) => {
        const start = nextStart(from, every, part);
        expect(start).toBeGreaterThan(from);
        expect(start - from).toBeLessThanOrEqual(every + 0.001);
      }),
    );
  });

  it('does not drift, however late the one before was', () => {
    fc.assert(
      fc.property(
        now,
        interval,
        share,
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (from, every, part, late) => {
          const start = nextStart(from, every, part);
          expect(nextStart(start + late * every, every, part)).toBeCloseTo(start + every, 0);
        },
      ),
    );
  });
});

it('firstStart comes within 30 s however long the interval is', () => {
  fc.assert(
    fc.property(now, interval, share, (from, every, part) => {
      expect(firstStart(from, every, part) - from).toBeLessThanOrEqual(Math.min(every, 30_000) + 0.001);
    }),
  );
});

describe('shareOf', () => {
  it('is the same for the same probe', () => expect(shareOf('shop/web')).toBe(shareOf('shop/web')));

  it.each([10, 1000])('spreads probes whose names differ by little over %i slots', (slots) => {
    const counts = new Array<number>(slots).fill(0);
    const names = slots * 100;
    for (let index = 0; index < names; index += 1) {
      const slot = Math.floor(shareOf(`shop/web-${index}`) * slots);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(150);
  });

  it('keeps neighbours apart', () => {
    const shares = Array.from({ length: 10 }, (_, digit) => shareOf(`shop/web-1${digit}`)).sort();
    expect((shares.at(-1) as number) - (shares[0] as number)).toBeGreaterThan(0.5);
  });
});
