import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONDITIONS, type NextCondition, setCondition } from './conditions.ts';
import type { Condition } from './generated.ts';

const EARLIER = '2026-01-01T00:00:00Z';
const NOW = '2026-01-01T00:00:30Z';

const probing = {
  type: 'Ready',
  status: 'True',
  reason: 'Probing',
  message: 'Every 30s',
  observedGeneration: 1,
} as const;
const invalid = {
  type: 'Ready',
  status: 'False',
  reason: 'InvalidSpec',
  message: 'spec.target must be given.',
  observedGeneration: 2,
} as const;
const failing = {
  type: 'Healthy',
  status: 'False',
  reason: 'HTTP502',
  message: 'DevOps: a sentence',
  observedGeneration: 1,
} as const;

const since = (time: string, condition: Omit<Condition, 'lastTransitionTime'>): Condition => ({
  ...condition,
  lastTransitionTime: time,
});

describe('setCondition', () => {
  it('adds a condition with the time of its transition', () => {
    expect(setCondition([], failing, NOW)).toEqual([since(NOW, failing)]);
  });

  it('keeps the time of the transition while the status stays', () => {
    const next = { ...failing, reason: 'ConnectTimeout', message: 'Both: another', observedGeneration: 2 };
    expect(setCondition([since(EARLIER, failing)], next, NOW)).toEqual([since(EARLIER, next)]);
  });

  it('moves the time of the transition with the status', () => {
    const next = { ...failing, status: 'True', reason: 'Healthy' } as const;
    expect(setCondition([since(EARLIER, failing)], next, NOW)).toEqual([since(NOW, next)]);
  });

  it('stalls while it is not ready, for the same reason', () => {
    const before = [since(EARLIER, probing), since(EARLIER, failing)];
    expect(setCondition(before, invalid, NOW)).toEqual([
      since(NOW, invalid),
      since(NOW, { ...invalid, type: 'Stalled', status: 'True' }),
      since(EARLIER, failing),
    ]);
  });

  it('no longer stalls once it is ready', () => {
    const before = setCondition([], invalid, EARLIER);
    expect(setCondition(before, probing, NOW)).toEqual([since(NOW, probing)]);
  });

  it('leaves conditions of others behind its own', () => {
    const foreign = since(EARLIER, { ...failing, type: 'Paused' });
    expect(setCondition([foreign], probing, NOW)).toEqual([since(NOW, probing), foreign]);
  });

  it('holds its promises over any sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...everyCondition()), { maxLength: 30 }), (sequence) => {
        let conditions: readonly Condition[] = [];
        const changedAt = new Map<string, { readonly status: string; readonly time: string }>();
        sequence.forEach((next, second) => {
          const now = new Date(second * 1000).toISOString();
          conditions = setCondition(Object.freeze([...conditions]), next, now);
          const { type, status } = next;
          if (changedAt.get(type)?.status !== status) changedAt.set(type, { status, time: now });
        });
        const types = conditions.map(({ type }) => type);
        const ready = conditions.find(({ type }) => type === 'Ready');
        const stalled = conditions.find(({ type }) => type === 'Stalled');
        const own = conditions.filter(({ type }) => type !== 'Stalled');
        expect(types).toEqual(Object.keys(CONDITIONS).filter((type) => types.includes(type)));
        expect(stalled).toEqual(
          ready?.status === 'False' ? { ...ready, type: 'Stalled', status: 'True' } : undefined,
        );
        expect(
          new Map(own.map(({ type, status, lastTransitionTime: time }) => [type, { status, time }])),
        ).toEqual(new Map([...changedAt]));
      }),
    );
  });
});

/** One update for each reason in the table. */
function everyCondition(): NextCondition[] {
  const { Stalled: _, ...own } = CONDITIONS;
  return Object.entries(own).flatMap(([type, { statuses }]) =>
    Object.entries(statuses).flatMap(([status, reasons]) =>
      Object.keys(reasons).map(
        (reason) => ({ type, status, reason, message: reason, observedGeneration: 1 }) as NextCondition,
      ),
    ),
  );
}
