import { isDeepStrictEqual } from 'node:util';
import type { StatusProbeStatus } from '../../api/generated.ts';

/** What of a status is news. All else (times, figures, texts of findings) goes along with the next write. */
function news(status: StatusProbeStatus): unknown {
  const { observedGeneration, target, lastHandledRequest, verdict, lastFailure, changes, history } = status;
  return {
    observedGeneration,
    target,
    lastHandledRequest,
    verdict,
    lastFailure,
    changes,
    history,
    conditions: status.conditions?.map(({ type, status, reason, message }) => [
      type,
      status,
      reason,
      message,
    ]),
    path: status.path?.map(({ hop, result }) => [hop, result]),
    findings: status.findings?.map(({ id }) => id),
  };
}

/** Whether a status says something that the stored one does not. */
export const isWorthWriting = (stored: StatusProbeStatus | undefined, next: StatusProbeStatus): boolean =>
  stored === undefined || !isDeepStrictEqual(news(stored), news(next));

const SHORTEST_HEARTBEAT_MILLISECONDS = 5 * 60_000;

/** Time between two writes of a quiet probe: together they stay at one per second. */
export const heartbeatPeriod = (probes: number): number =>
  Math.max(SHORTEST_HEARTBEAT_MILLISECONDS, probes * 1000);

/** Whether a beat falls between two times in Unix milliseconds; `share` in [0, 1) spreads probes over the period. */
export const beatsBetween = (before: number, now: number, period: number, share: number): boolean =>
  Math.floor(now / period - share) > Math.floor(before / period - share);
