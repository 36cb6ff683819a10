import { setImmediate as nextTurn } from 'node:timers/promises';

/** How many works are in their first moments at once: more would take turns with each other, and all be long in memory. */
const AT_ONCE = 4;
/** Work that has not ended by then holds up nobody, where the event loop has time left: it waits for the network. */
const FIRST_MILLISECONDS = 25;
/** The same, however busy the event loop is. */
const LONGEST_MILLISECONDS = 100;
/** The part of the time that the event loop works, from which on it has none left. */
const BUSY = 0.8;
/** Where more than this waits, everybody does with less, so that nobody waits long. */
const CROWD = 100;

/**
 * Lets work begin one after the other, each in a turn of the event loop of its own: where many come at once, they run one
 * after the other.
 */
export function createTurns(): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async () => {
    last = last.then(() => nextTurn());
    await last;
  };
}

export interface Starts {
  /** Begins work when it may, and gives what comes of it. */
  start<T>(work: () => Promise<T>): { readonly begun: Promise<void>; readonly done: Promise<T> };
  /** Whether very much work has come that may not begin yet. */
  isCrowded(): boolean;
}

/**
 * Lets heavy work begin in turns, and no more of it at once than the processor keeps up with: what is quick ends before
 * its memory is counted as lasting, and what waits for silent Pods makes place for others.
 */
export function createStarts(): Starts {
  const turn = createTurns();
  const waiting: (() => void)[] = [];
  let running = 0;

  const takePlace = async () => {
    if (running < AT_ONCE) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  /** Handed on to whoever waits, else free; once for each place. */
  const givePlace = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  const begin = async <T>(work: () => Promise<T>): Promise<T> => {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const before = performance.eventLoopUtilization();
    const timer = setInterval(() => {
      const { utilization, active, idle } = performance.eventLoopUtilization(before);
      if (utilization < BUSY || active + idle >= LONGEST_MILLISECONDS) leave();
    }, FIRST_MILLISECONDS);
    void left.then(() => clearInterval(timer)).then(givePlace);
    try {
      return await work();
    } finally {
      leave();
    }
  };

  return {
    start(work) {
      const begun = takePlace().then(turn);
      return { begun, done: begun.then(() => begin(work)) };
    },
    isCrowded: () => waiting.length > CROWD,
  };
}
