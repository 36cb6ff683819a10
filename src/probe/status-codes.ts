const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

/** Whether `code` is in one of the ranges `200` or `200-299`. */
export function inStatusCodes(code: number, ranges: readonly string[]): boolean {
  return ranges.some((range) => {
    const [, from, to = from] = RANGE.exec(range) ?? [];
    return from !== undefined && Number(from) <= code && code <= Number(to);
  });
}

/** One sentence when `range` is not written as a code or a range of codes. */
export function statusCodesProblem(range: string): string | undefined {
  const [, from, to = from] = RANGE.exec(range) ?? [];
  if (from !== undefined && Number(from) <= Number(to)) return undefined;
  return `${range} is no status code: write one like 200 or a range like 200-299.`;
}
