const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

export interface StatusCodeRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `200` or `200-299`. Throws with one sentence what is neither. */
export function parseStatusCodes(text: string): StatusCodeRange {
  const [, from, to = from] = RANGE.exec(text) ?? [];
  if (from === undefined || Number(from) > Number(to)) {
    throw new Error(`${text} is no status code: write one like 200 or a range like 200-299.`);
  }
  return { from: Number(from), to: Number(to) };
}
