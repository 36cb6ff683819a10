import type { LastFailure, StatusProbeStatus, Transition } from '../../api/generated.ts';
import type { DiagnosisStatus } from './steady.ts';
import type { Tally } from './thresholds.ts';

export interface Present {
  readonly time: string;
  readonly healthy: Tally['healthy'];
  /** Whether Healthy is another than before. */
  readonly isTransition: boolean;
  readonly code?: number;
  readonly verdict: DiagnosisStatus['verdict'];
}

/**
 * Transitions of Healthy, newest first. While a failure lasts, its entry follows the verdict, so that the history
 * ends up with the cause that was found, not with the first guess.
 */
export function remember(history: readonly Transition[], present: Present, limit: number): Transition[] {
  const { time, healthy, code, isTransition } = present;
  const { owner, reason } = present.verdict;
  const [latest, ...earlier] = history;
  const entries =
    latest === undefined || isTransition
      ? [{ time, healthy, ...(code === undefined ? {} : { code }), owner, reason }, ...history]
      : [{ ...latest, owner, reason }, ...earlier];
  return entries.slice(0, limit);
}

/** The failure that has just ended; undefined where none had begun. */
export function endedFailure(
  { failingSince, verdict, lastProbe, history = [] }: StatusProbeStatus,
  endTime: string,
): LastFailure | undefined {
  if (failingSince === undefined) return undefined;
  const entry = history.find(({ healthy }) => healthy === 'False');
  const accused = verdict?.reason === entry?.reason || entry === undefined ? verdict : undefined;
  const code = entry?.code ?? (lastProbe?.success === false ? lastProbe.code : undefined);
  return {
    startTime: failingSince,
    endTime,
    ...(code === undefined ? {} : { code }),
    owner: entry?.owner ?? verdict?.owner ?? 'Unknown',
    reason: entry?.reason ?? verdict?.reason ?? 'CauseUnknown',
    ...(accused?.culprit === undefined ? {} : { culprit: accused.culprit.ref }),
    ...(accused === undefined ? {} : { summary: accused.summary }),
  };
}
