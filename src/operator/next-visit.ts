import type { Plan } from './plan.ts';
import { firstStart, nextStart } from './start-times.ts';

/** Timers may come that much too early, which must not make two probes of one. */
const EARLY_MILLISECONDS = 10;

/** A visit that is over. Times are Unix milliseconds. */
export interface VisitTimes {
  readonly startedAt: number;
  readonly now: number;
  readonly share: number;
  /** Very many wait for their first verdict, and this failure has one: it is asked for at every second interval. */
  readonly rests: boolean;
}

/**
 * When the next one begins, in Unix milliseconds. When a maintenance window opens, the status says so at once; when one
 * ends, probing begins as after a restart.
 */
export function nextVisit(
  { maintenance, intervalMilliseconds }: Pick<Plan, 'maintenance' | 'intervalMilliseconds'>,
  { startedAt, now, share, rests }: VisitTimes,
): number {
  const open = maintenance?.openAt(startedAt);
  if (open !== undefined) return firstStart(open.end + EARLY_MILLISECONDS, intervalMilliseconds, share);
  const start = nextStart(now + EARLY_MILLISECONDS, intervalMilliseconds, share);
  const opens = maintenance?.changeAfter(startedAt) ?? Number.POSITIVE_INFINITY;
  return Math.min(start + (rests ? intervalMilliseconds : 0), opens + EARLY_MILLISECONDS);
}
