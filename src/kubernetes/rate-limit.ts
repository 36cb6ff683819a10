import { setTimeout as sleep } from 'node:timers/promises';

/** Lets `perSecond` calls through on average and `burst` at once; the others wait in their order. */
export function createRateLimit(perSecond: number, burst: number): (signal: AbortSignal) => Promise<void> {
  const millisecondsPerCall = 1000 / perSecond;
  let nextFree = performance.now() - burst * millisecondsPerCall;
  return async (signal) => {
    const now = performance.now();
    nextFree = Math.max(nextFree, now - burst * millisecondsPerCall) + millisecondsPerCall;
    if (nextFree > now) await sleep(nextFree - now, undefined, { signal });
  };
}
