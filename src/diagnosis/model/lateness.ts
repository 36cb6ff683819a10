import { type AnswerEvidence, podHops } from './answering.ts';
import type { HopAnswer } from './evidence.ts';
import type { Observation } from './observation.ts';

/** The connection stood and the request was sent: whoever took it is slow. */
const UNANSWERED: ReadonlySet<string | undefined> = new Set(['HeaderTimeout', 'BodyTimeout']);

/** No answer within the time that the probe allows. */
const isUnanswered = ({ failure }: Observation): boolean => UNANSWERED.has(failure?.reason);

/** No answer in time, or somebody on the way who says so. */
export const isTooLate = (observation: Observation): boolean =>
  isUnanswered(observation) || observation.code === 504;

/** An answer that came, and later than the probe wants it. */
export const isSlower = ({ failure }: Observation): boolean => failure?.reason === 'TooSlow';

/** Later than the probe or somebody on the way allows. */
export const isLate = (observation: Observation): boolean => isTooLate(observation) || isSlower(observation);

/** An answer that came, and not too late. */
export const isInTime = (observation: Observation | undefined): boolean =>
  observation?.code !== undefined && !isLate(observation);

/** Whether a Pod that was asked directly answers well, and only after this time. */
export const answersAfter = (milliseconds: number, hops: readonly HopAnswer[]): boolean =>
  hops.some(
    ({ hop, observation: { success, durationMilliseconds } }) =>
      hop === 'Pod' && success && durationMilliseconds.total >= milliseconds,
  );

/** The Pods that were asked directly, by how they fared; one that could not be reached proves nothing. */
export function askedPods(evidence: AnswerEvidence) {
  const hops = podHops(evidence);
  return {
    slow: hops.filter(({ observation }) => isUnanswered(observation) || isSlower(observation)),
    quick: hops.filter(({ observation }) => isInTime(observation)),
    // Whoever says in time that another is late is not late itself.
    complaining: hops.filter(({ observation }) => observation.code === 504),
  };
}

/**
 * Whether a proxy gave up when this time was over: proved where a Pod answers after it, possible where none has answered.
 * What answers sooner does not wait for more time.
 */
export function gaveUp(
  milliseconds: number,
  evidence: Pick<AnswerEvidence, 'observation' | 'hops' | 'endpoints'>,
): 'Proved' | 'Possible' | undefined {
  if (evidence.observation.durationMilliseconds.total < milliseconds) return undefined;
  if (answersAfter(milliseconds, evidence.hops ?? [])) return 'Proved';
  return podHops(evidence).some(({ observation }) => observation.success) ? undefined : 'Possible';
}
