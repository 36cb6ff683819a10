/** By UTF-16 code unit, never by locale: the same inputs give the same bytes everywhere. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
