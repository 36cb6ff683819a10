import { expect, it } from 'vitest';
import type { StatusProbeStatus } from '../../api/generated.ts';
import { withPartsOf } from './same-parts.ts';

const statusOf = (summary: string, failures: number): StatusProbeStatus => ({
  observedGeneration: 1,
  verdict: { owner: 'DevOps', layer: 'Service', reason: 'A', summary },
  history: [{ time: '2030-01-01T00:00:00Z', healthy: 'False' }],
  consecutiveFailures: failures,
});

it('parts that are equal are the stored ones, and the others stay', () => {
  const stored = statusOf('before', 1);
  const status = withPartsOf(stored, statusOf('after', 2));
  expect(status).toEqual(statusOf('after', 2));
  expect(status.history).toBe(stored.history);
});

it('a part that is gone does not come back', () => {
  const { history: _, ...without } = statusOf('x', 1);
  expect(withPartsOf(statusOf('x', 1), without)).toEqual(without);
});
