/** The GEP-2257 form: at most four numbers of at most five digits, each with its unit, which add up. */
const FORM = /^(?:[0-9]{1,5}(?:h|ms|m|s)){1,4}$/;
const PART = /([0-9]+)(h|ms|m|s)/g;
const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const LONGEST = 99_999 * UNITS.h + 59 * UNITS.m + 59 * UNITS.s + 999;

/** Milliseconds of a GEP-2257 duration such as `1m30s`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  const parts = [...text.matchAll(PART)];
  return parts.reduce(
    (total, [, count, unit]) => total + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

/** The shortest GEP-2257 text of whole milliseconds, largest unit first; throws a RangeError for what has no such text. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isInteger(milliseconds) || milliseconds < 0 || milliseconds > LONGEST) {
    throw new RangeError(`${milliseconds} ms is not a whole number of milliseconds from 0 to ${LONGEST}`);
  }
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || '0s';
}
