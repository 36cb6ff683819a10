/** FNV-1a, 32 bits: the same text gives the same number on every replica and after every restart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(value);
}

/** The last step of MurmurHash3, without which names that differ in their last digit come in a row. */
function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** A number in [0, 1) by which a probe finds its place among all others, in time as on the heartbeat. */
export const shareOf = (key: string): number => hash(key) / 2 ** 32;

/**
 * The next start of a probe after `now`, in Unix milliseconds. Starts lie on a grid that the date and the probe's
 * share alone give, so that they never drift, do not depend on how long a probe took, and are spread over time.
 */
export function nextStart(now: number, interval: number, share: number): number {
  const offset = share * interval;
  return (Math.floor((now - offset) / interval) + 1) * interval + offset;
}

/** Longest time after a restart for a probe to come round once, whatever its interval. */
const FIRST_ROUND_MILLISECONDS = 30_000;

/** The first start after a restart: spread like all others, and soon also where the interval is long. */
export const firstStart = (now: number, interval: number, share: number): number =>
  nextStart(now, Math.min(interval, FIRST_ROUND_MILLISECONDS), share);
