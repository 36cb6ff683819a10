import { setTimeout as sleep } from 'node:timers/promises';

/** Takes one of `perSecond` turns, of which `burst` may be taken at once; returns the milliseconds until it comes. */
export function createTokenBucket(perSecond: number, burst: number): () => number {
  const millisecondsPerTurn = 1000 / perSecond;
  let lastTurn = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    lastTurn = Math.max(lastTurn, now - burst * millisecondsPerTurn) + millisecondsPerTurn;
    return Math.max(0, lastTurn - now);
  };
}

/** Lets `perSecond` calls through on average and `burst` at once; the others wait in their order. */
export function createRateLimit(perSecond: number, burst: number): (signal: AbortSignal) => Promise<void> {
  const takeTurn = createTokenBucket(perSecond, burst);
  return async (signal) => {
    const wait = takeTurn();
    if (wait > 0) await sleep(wait, undefined, { signal });
  };
}
