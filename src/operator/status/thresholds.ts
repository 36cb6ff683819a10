/** Counters of a probe and what they make of Healthy. */
export interface Tally {
  readonly healthy: 'True' | 'False' | 'Unknown';
  readonly consecutiveFailures: number;
  readonly consecutiveSuccesses: number;
  /** When the first failed probe of the present row was sent. */
  readonly rowStart?: string;
  /** When the first failed probe of the row that made Healthy False was sent. */
  readonly failingSince?: string;
}

export const NEW_TALLY: Tally = { healthy: 'Unknown', consecutiveFailures: 0, consecutiveSuccesses: 0 };

export interface Thresholds {
  readonly failure: number;
  readonly success: number;
}

/** Counts one probe. Counters stop at their threshold, so that a lasting state changes nothing. */
export function count(before: Tally, probe: { success: boolean; time: string }, limits: Thresholds): Tally {
  return probe.success
    ? countSuccess(before, limits.success)
    : countFailure(before, probe.time, limits.failure);
}

function countSuccess({ healthy, consecutiveSuccesses, failingSince }: Tally, threshold: number): Tally {
  const successes = Math.min(consecutiveSuccesses + 1, threshold);
  const counted = { consecutiveFailures: 0, consecutiveSuccesses: successes };
  if (failingSince === undefined || successes >= threshold) return { healthy: 'True', ...counted };
  return { healthy, ...counted, failingSince };
}

function countFailure(before: Tally, time: string, threshold: number): Tally {
  const failures = Math.min(before.consecutiveFailures + 1, threshold);
  const rowStart = (before.consecutiveFailures === 0 ? undefined : before.rowStart) ?? time;
  const counted = { consecutiveFailures: failures, consecutiveSuccesses: 0, rowStart };
  const { failingSince = failures >= threshold ? rowStart : undefined } = before;
  if (failingSince !== undefined) return { healthy: 'False', ...counted, failingSince };
  return { healthy: before.healthy === 'True' ? 'True' : 'Unknown', ...counted };
}
