/** Waiting time after the n-th failure in a row (0 is the first): random up to an exponential ceiling. */
export function fullJitter(failures: number, base: number, ceiling: number): number {
  return Math.random() * exponential(failures, base, ceiling);
}

/** Waiting time after the n-th failure in a row (0 is the first), doubled each time up to a ceiling. */
export function exponential(failures: number, base: number, ceiling: number): number {
  return Math.min(ceiling, base * 2 ** Math.min(failures, 30));
}
