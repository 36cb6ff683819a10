/** Counters of a probe and what they make of Healthy. */
export interface Tally {
  readonly healthy: 'True' | 'False' | 'Unknown';
  readonly consecutiveFailures: number;
  readonly consecutiveSuccesses: number;
  /** When the first failed probe of the present row was sent. */
  readonly rowStart?: string;
  /** When the first failed probe of the row that made Healthy False was sent. */
  readonly failingSince?: string;
  /** The latest probes, oldest first, where failures are counted among so many. */
  readonly recent?: readonly CountedProbe[];
}

interface CountedProbe {
  readonly success: boolean;
  readonly time: string;
}

export const NEW_TALLY: Tally = { healthy: 'Unknown', consecutiveFailures: 0, consecutiveSuccesses: 0 };

export interface Thresholds {
  readonly failure: number;
  readonly success: number;
  /** Counts failures among so many latest probes; absent: in a row. */
  readonly window?: number;
}

/** Counts one probe. Counters stop at their threshold, so that a lasting state changes nothing. */
export function count(before: Tally, probe: CountedProbe, limits: Thresholds): Tally {
  // Whatever else the probe saw would stay in memory with it.
  const counting = { success: probe.success, time: probe.time };
  const recent =
    limits.window === undefined ? undefined : [...(before.recent ?? []), counting].slice(-limits.window);
  const failed = recent?.filter(({ success }) => !success);
  const counted = probe.success
    ? countSuccess(before, limits, failed)
    : countFailure(before, probe.time, limits.failure, failed);
  return recent === undefined ? counted : { ...counted, recent };
}

function countSuccess(
  { healthy, consecutiveSuccesses, failingSince }: Tally,
  limits: Thresholds,
  failed: readonly CountedProbe[] = [],
): Tally {
  const successes = Math.min(consecutiveSuccesses + 1, limits.success);
  const counted = { consecutiveFailures: 0, consecutiveSuccesses: successes };
  const isOver = successes >= limits.success && failed.length < limits.failure;
  if (failingSince === undefined || isOver) return { healthy: 'True', ...counted };
  return { healthy, ...counted, failingSince };
}

function countFailure(
  before: Tally,
  time: string,
  threshold: number,
  failed?: readonly CountedProbe[],
): Tally {
  const failures = Math.min(before.consecutiveFailures + 1, threshold);
  const inRowSince = before.consecutiveFailures === 0 ? undefined : before.rowStart;
  const rowStart = failed?.[0]?.time ?? inRowSince ?? time;
  const counted = { consecutiveFailures: failures, consecutiveSuccesses: 0, rowStart };
  const isTooMany = (failed?.length ?? failures) >= threshold;
  const { failingSince = isTooMany ? rowStart : undefined } = before;
  if (failingSince !== undefined) return { healthy: 'False', ...counted, failingSince };
  return { healthy: before.healthy === 'True' ? 'True' : 'Unknown', ...counted };
}
