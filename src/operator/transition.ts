import type { StatusProbeStatus } from '../api/generated.ts';
import { conditionOf } from './status/judgement.ts';

/** Something about a probe that people are told once. */
export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ProbeFailed' | 'CauseChanged' | 'ProbeRecovered' | 'TargetRefused';
  /** Owner, colon, summary. */
  readonly message: string;
}

/** What is news between two statuses of a probe; undefined while nothing changes. */
export function transitionBetween(
  before: StatusProbeStatus,
  after: StatusProbeStatus,
): Transition | undefined {
  const reason = newsBetween(before, after);
  if (reason === undefined) return undefined;
  const type = reason === 'ProbeRecovered' ? 'Normal' : 'Warning';
  return { type, reason, message: `${after.verdict?.owner}: ${after.verdict?.summary}` };
}

function newsBetween(before: StatusProbeStatus, after: StatusProbeStatus): Transition['reason'] | undefined {
  if (isRefused(after)) return isRefused(before) ? undefined : 'TargetRefused';
  if (isFailing(after)) return isUntold(after) ? undefined : newsOfFailure(before, after);
  const { lastFailure } = after;
  const hasRecovered = lastFailure !== undefined && lastFailure.endTime !== before.lastFailure?.endTime;
  return hasRecovered ? 'ProbeRecovered' : undefined;
}

function newsOfFailure(
  before: StatusProbeStatus,
  after: StatusProbeStatus,
): Transition['reason'] | undefined {
  if (before.failingSince !== after.failingSince || isUntold(before)) return 'ProbeFailed';
  return isSameCause(before, after) ? undefined : 'CauseChanged';
}

const isRefused = (status: StatusProbeStatus): boolean =>
  conditionOf(status, 'Ready')?.reason === 'TargetRefused';

const isFailing = (status: StatusProbeStatus): boolean => conditionOf(status, 'Healthy')?.status === 'False';

/** A failure whose cause is still looked for is told with its cause. */
const isUntold = (status: StatusProbeStatus): boolean =>
  conditionOf(status, 'Diagnosed')?.status === 'Unknown';

/** Also while the replica was cut off the failure may have lasted with the same cause. */
function isSameCause(before: StatusProbeStatus, after: StatusProbeStatus): boolean {
  const cause = ({ verdict }: StatusProbeStatus) =>
    JSON.stringify([verdict?.owner, verdict?.reason, verdict?.culprit?.ref]);
  const entry = before.history?.find(({ healthy }) => healthy === 'False');
  if (isFailing(before)) return cause(before) === cause(after);
  return entry?.owner === after.verdict?.owner && entry?.reason === after.verdict?.reason;
}
