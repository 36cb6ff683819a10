import type { Lookup } from '../../diagnosis/model/lookup.ts';

/**
 * How long after a failure began its logs are looked at: at its first diagnosis, when most lines of a log group are in,
 * and when the objects of a bucket must be in, which come every 5 minutes and some minutes late.
 */
const LOOK_AFTER_MILLISECONDS = [0, 60_000, 6 * 60_000, 10 * 60_000];

/** A first diagnosis knows when its probe began, later ones know when it ended; a probe takes at most 2 minutes. */
const SAME_FAILURE_MILLISECONDS = 150_000;

/** What nobody asked for in so long is of a failure that is over. */
const FORGET_MILLISECONDS = 60 * 60_000;

/** Asks only when a look is due for this failure, and gives the last answer until then. */
export type LogLooks = <T>(
  log: { readonly name: string /** RFC 3339 */; readonly failingSince: string },
  ask: () => Promise<Lookup<T>>,
) => Promise<Lookup<T>>;

interface Look {
  readonly since: number;
  readonly step: number;
  readonly answer: Promise<Lookup<unknown>>;
  askedAt: number;
}

/** Remembers for each probe's failure what its logs said. `now` in Unix milliseconds. */
export function createLogLooks(now: () => number): LogLooks {
  const looks = new Map<string, Look>();
  const forgetOld = (time: number): void => {
    for (const [name, { askedAt }] of looks) if (time - askedAt > FORGET_MILLISECONDS) looks.delete(name);
  };
  return <T>(
    { name, failingSince }: Parameters<LogLooks>[0],
    ask: () => Promise<Lookup<T>>,
  ): Promise<Lookup<T>> => {
    const time = now();
    const since = Date.parse(failingSince);
    const step = LOOK_AFTER_MILLISECONDS.findLastIndex((after) => time - since >= after);
    const known = looks.get(name);
    if (
      known !== undefined &&
      known.step >= step &&
      Math.abs(known.since - since) < SAME_FAILURE_MILLISECONDS
    ) {
      known.askedAt = time;
      return known.answer as Promise<Lookup<T>>;
    }
    forgetOld(time);
    const answer = ask();
    const look = { since, step, answer, askedAt: time };
    looks.set(name, look);
    // What could not be read is asked for again by the next diagnosis.
    answer.then(({ ok }) => ok || looks.get(name) !== look || looks.delete(name));
    return answer;
  };
}
