import { type AnswerEvidence, podHops } from './answering.ts';
import type { Observation } from './observation.ts';
import type { HopAnswer } from './route-evidence.ts';

/** The connection stood and the request was sent: whoever took it is slow. */
const UNANSWERED: ReadonlySet<string | undefined> = new Set(['HeaderTimeout', 'BodyTimeout']);

/** No answer within the time that the probe allows. */
const isUnanswered = ({ failure }: Observation): boolean => UNANSWERED.has(failure?.reason);

/** How long edges wait for an answer from behind them; hardly one can be told to wait longer. */
const EDGE_PATIENCE: Readonly<Record<string, number>> = {
  'API Gateway': 29_000,
  CloudFront: 30_000,
  Cloudflare: 100_000,
  Fastly: 15_000,
};

const edgePatience = ({ answeredBy }: Observation): number | undefined =>
  answeredBy?.layer === 'Edge' ? EDGE_PATIENCE[answeredBy.product] : undefined;

const isWaitOver = ({ durationMilliseconds: { total } }: Observation, patience = 0): boolean =>
  patience > 0 && total >= patience;

/** What edges answer in place of 504: Cloudflare has a code of its own, Fastly says it in words, an HTTP API only by its wait. */
const isEdgeTimeout = (observation: Observation): boolean =>
  observation.code === 524 ||
  (observation.code === 503 &&
    (/\b(?:first byte|between bytes) timeout\b/.test(observation.bodyStart ?? '') ||
      observation.answeredBy?.product === 'API Gateway') &&
    isWaitOver(observation, edgePatience(observation)));

/** No answer in time, or somebody on the way who says so. */
export const isTooLate = (observation: Observation): boolean =>
  isUnanswered(observation) || observation.code === 504 || isEdgeTimeout(observation);

/** What those who pass requests on wait by default begins with these 50 s (HAProxy); others wait 60 s. */
const USUAL_MILLISECONDS = 50_000;

/** Whether somebody must have set a time-out so short on purpose: a longer one asks no more than is usual. */
export const isShort = (milliseconds: number): boolean => milliseconds < USUAL_MILLISECONDS;

/** How long whoever gave up waits as a rule. */
const usualWait = (observation: Observation): number => edgePatience(observation) ?? USUAL_MILLISECONDS;

/** Whether whoever gave up had waited as long as is usual. */
export const isPatient = (observation: Observation): boolean =>
  isWaitOver(observation, usualWait(observation));

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
  const isTried = isTooLate(evidence.observation) && isPatient(evidence.observation);
  // An answer for which nobody would have waited comes too late, though it comes.
  const isOutwaited = (answer: Observation) =>
    isTried && isInTime(answer) && isWaitOver(answer, usualWait(evidence.observation));
  return {
    slow: hops.filter(
      ({ observation }) => isUnanswered(observation) || isSlower(observation) || isOutwaited(observation),
    ),
    quick: hops.filter(({ observation }) => isInTime(observation) && !isOutwaited(observation)),
    // Whoever says in time that another is late is not late itself.
    complaining: hops.filter(({ observation }) => observation.code === 504),
  };
}

/** A proxy tries a request that it may repeat at most three times. */
const MAXIMUM_TRIES = 3;

/**
 * Whether a proxy gave up when this time was over: proved where a Pod answers after it, possible where none has answered.
 * What answers sooner does not wait for more time, and who waited far longer did not heed this time.
 */
export function gaveUp(
  milliseconds: number,
  evidence: Pick<AnswerEvidence, 'observation' | 'hops' | 'endpoints'>,
): 'Proved' | 'Possible' | undefined {
  const { total } = evidence.observation.durationMilliseconds;
  if (total < milliseconds || total >= milliseconds * (MAXIMUM_TRIES + 1)) return undefined;
  if (answersAfter(milliseconds, evidence.hops ?? [])) return 'Proved';
  return podHops(evidence).some(({ observation }) => observation.success) ? undefined : 'Possible';
}
