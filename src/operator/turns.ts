import { setImmediate as nextTurn } from 'node:timers/promises';

/** How many works are in their first moments at once. */
const AT_ONCE = 16;
/** Work that has not ended by then waits for the network, and holds up nobody. */
const FIRST_MILLISECONDS = 100;
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
    const timer = setTimeout(leave, FIRST_MILLISECONDS);
    void left.then(givePlace);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
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
