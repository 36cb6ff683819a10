import type { StatusProbeStatus } from '../api/generated.ts';
import { conditionOf } from './status/judgement.ts';

/** Something about a probe that people are told once. */
export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'ProbeFailed' | 'CauseChanged' | 'ProbeRecovered' | 'TargetRefused';
  /** Owner, colon, summary. */
  readonly message: string;
  /** Whom and what is accused of what, as one text. */
  readonly cause: string;
}

/** What is news between two statuses of a probe; undefined while nothing changes. */
export function transitionBetween(
  before: StatusProbeStatus,
  after: StatusProbeStatus,
): Transition | undefined {
  const reason = newsBetween(before, after);
  if (reason === undefined) return undefined;
  const type = reason === 'ProbeRecovered' ? 'Normal' : 'Warning';
  const { owner, summary, culprit } = after.verdict ?? {};
  // Without a culprit, the sentence alone tells two causes apart.
  return {
    type,
    reason,
    message: `${owner}: ${summary}`,
    cause: JSON.stringify([causeOf(after), culprit === undefined && summary]),
  };
}

/**
 * All that is news between two statuses of which one was written after the other: also a failure that began and ended
 * in between, and one that ended before the next began.
 */
export function transitionsBetween(
  before: StatusProbeStatus,
  after: StatusProbeStatus,
): readonly Transition[] {
  const news = transitionBetween(before, after);
  if (news === undefined) return [];
  const { lastFailure } = after;
  const hasEnded = lastFailure !== undefined && lastFailure.endTime !== before.lastFailure?.endTime;
  if (!hasEnded) return [news];
  const wasTold = before.failingSince === lastFailure.startTime && !isUntold(before);
  const { owner, reason, culprit, summary = reason } = lastFailure;
  const cause = JSON.stringify([owner, reason, culprit ?? summary]);
  const began = { type: 'Warning', reason: 'ProbeFailed', message: `${owner}: ${summary}`, cause } as const;
  const ended = { type: 'Normal', reason: 'ProbeRecovered', message: RECOVERED, cause: RECOVERED } as const;
  return [...(wasTold ? [] : [began]), ...(news.reason === 'ProbeRecovered' ? [] : [ended]), news];
}

const RECOVERED = 'None: Answered as expected for a while';

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

const causeOf = ({ verdict }: StatusProbeStatus): string =>
  JSON.stringify([verdict?.owner, verdict?.reason, verdict?.culprit?.ref]);

/** Also while the replica was cut off the failure may have lasted with the same cause. */
function isSameCause(before: StatusProbeStatus, after: StatusProbeStatus): boolean {
  const entry = before.history?.find(({ healthy }) => healthy === 'False');
  if (isFailing(before)) return causeOf(before) === causeOf(after);
  return entry?.owner === after.verdict?.owner && entry?.reason === after.verdict?.reason;
}
