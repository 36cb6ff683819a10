import type { StatusProbe } from '../../src/api/generated.ts';

/** What Events tell of, and how often. */
export interface Tally {
  readonly ProbeFailed: number;
  readonly ProbeRecovered: number;
}

/** How often a StatusProbe began to fail and recovered, by its history. */
export function transitionsIn({ status: { history = [] } }: Pick<StatusProbe, 'status'>): Tally {
  let isFailing = false;
  const tally = { ProbeFailed: 0, ProbeRecovered: 0 };
  for (const { healthy } of history.toReversed()) {
    if (healthy === 'False' && !isFailing) tally.ProbeFailed += 1;
    if (healthy === 'True' && isFailing) tally.ProbeRecovered += 1;
    if (healthy !== 'Unknown') isFailing = healthy === 'False';
  }
  return tally;
}

/** How many StatusProbes an Event tells of: those of one namespace that fail together for one cause share it. */
export const toldBy = (message: string): number =>
  1 + Number(/\(and (\d+) more StatusProbes of this namespace\)$/.exec(message)?.[1] ?? 0);
