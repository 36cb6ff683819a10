/** Seconds from a time of an object (RFC 3339) to the observation; a time that is not told is long ago. */
export const secondsSince = (time: string | undefined, now: string): number =>
  time === undefined ? Number.POSITIVE_INFINITY : (Date.parse(now) - Date.parse(time)) / 1000;
