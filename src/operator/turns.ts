import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets heavy work begin one after the other, each in a turn of the event loop of its own: where many targets fail at
 * once, as many are looked into as the processor keeps up with, and those that wait for the network hold up nobody.
 */
export function createTurns(): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async () => {
    last = last.then(() => nextTurn());
    await last;
  };
}
