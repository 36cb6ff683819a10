import type { ApiError } from './api-error.ts';
import { exponential } from './backoff.ts';

export interface PaceSettings {
  /** First waiting time after a failure: 800 ms, then doubled. */
  readonly baseMilliseconds?: number;
  /** Longest waiting time: 30 s. */
  readonly ceilingMilliseconds?: number;
}

/** How one list or watch ended. */
export interface Attempt {
  /** Absent when the server ended the watch as agreed. */
  readonly error?: ApiError;
  /** The error is a refusal, and no passing one. */
  readonly isRefused?: boolean;
  readonly lastedMilliseconds: number;
  readonly receivedEvents: boolean;
}

const HEALTHY_MILLISECONDS = 10_000;
const SHORT_MILLISECONDS = 1_000;

/** Gives the waiting time before the next attempt, always with jitter, so that many watches do not return at once. */
export function createPace(settings: PaceSettings = {}): (attempt: Attempt) => number {
  const { baseMilliseconds: base = 800, ceilingMilliseconds: ceiling = 30_000 } = settings;
  let failures = 0;

  const backOff = (longest: number) => {
    const wait = exponential(failures, base, longest / 2) * (1 + Math.random());
    failures += 1;
    return wait;
  };

  const afterClose = ({ receivedEvents, lastedMilliseconds }: Attempt) =>
    receivedEvents || lastedMilliseconds >= SHORT_MILLISECONDS ? Math.random() * base : backOff(ceiling);

  const afterError = (error: ApiError) => {
    // A refused connection costs the server nothing, and the end of an outage should be seen soon.
    const wait = backOff(error.status === undefined ? ceiling / 3 : ceiling);
    return Math.max(wait, error.retryAfterMilliseconds ?? 0);
  };

  return (attempt) => {
    if (attempt.receivedEvents || attempt.lastedMilliseconds >= HEALTHY_MILLISECONDS) failures = 0;
    if (attempt.isRefused === true) return (ceiling / 2) * (1 + Math.random());
    return attempt.error === undefined ? afterClose(attempt) : afterError(attempt.error);
  };
}
