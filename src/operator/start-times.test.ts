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

  it('spreads probes whose names differ by little', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const tenth = Math.floor(shareOf(`shop/web-${index}`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(700);
    expect(Math.max(...tenths)).toBeLessThan(1300);
  });
});
