import type { Confidence } from './vocabulary.ts';

/** A failure begins, as it is recorded, some seconds after the request that failed first. */
const SLACK_MILLISECONDS = 5_000;

/** A request that a log tells of proves something of this failure; one of an earlier failure only suggests it. */
export const confidenceOfLogged = (time: string, failingSince: string): Confidence =>
  Date.parse(time) >= Date.parse(failingSince) - SLACK_MILLISECONDS ? 'High' : 'Medium';
