import { setTimeout as wait } from 'node:timers/promises';

/** Time that only goes forward, whatever happens to the date of the machine; in milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves after a time, or at once when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const monotonicClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => {}),
};
