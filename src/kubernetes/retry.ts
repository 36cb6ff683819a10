import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import { fullJitter } from './backoff.ts';
import type { Deadline } from './deadline.ts';
import { isUntrusted } from './unreachable.ts';

const MAXIMUM_RETRIES = 5;
const BASE_MILLISECONDS = 200;
const CEILING_MILLISECONDS = 5_000;
const TRANSIENT_STATUS: ReadonlySet<number | undefined> = new Set([429, 500, 502, 503, 504]);

/** Repeats what is safe to repeat, as the server asks or with full jitter, while the deadline leaves time for it. */
export async function withRetries<T>(
  { signal, endsAt }: Pick<Deadline, 'signal' | 'endsAt'>,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || retries === MAXIMUM_RETRIES || !isSafeToRepeat(error)) throw error;
      const wait = waitBefore(error, retries);
      if (performance.now() + wait >= endsAt) throw error;
      await sleep(wait, undefined, { signal });
    }
  }
}

/** Reads are repeated after any transient fault; a write only when the server has surely not done it. */
function isSafeToRepeat(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || isUntrusted(error)) return false;
  if (error.status === 429 || error.neverSent) return true;
  const reads = error.verb === 'get' || error.verb === 'list';
  return reads && (error.reason === 'Unreachable' || TRANSIENT_STATUS.has(error.status));
}

function waitBefore({ retryAfterMilliseconds }: ApiError, retries: number): number {
  const jitter = fullJitter(retries, BASE_MILLISECONDS, CEILING_MILLISECONDS);
  return (retryAfterMilliseconds ?? 0) + jitter;
}
