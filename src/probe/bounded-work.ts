import { isNativeError } from 'node:util/types';
import { type Context, createContext, Script } from 'node:vm';

/** Longest time for which one expectation may hold up all other probes. */
const LIMIT_MILLISECONDS = 50;

let context: Context | undefined;
const script = new Script('work()');

/** The outcome of work that a user's pattern makes as dear as it likes; undefined when it was cut off. */
export function boundedWork<T>(work: () => T): { readonly value: T } | undefined {
  context ??= createContext();
  try {
    context.work = work;
    return { value: script.runInContext(context, { timeout: LIMIT_MILLISECONDS }) as T };
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  } finally {
    context.work = undefined;
  }
}

/** The error is one of the other context: it is no instance of our Error. */
const isTimeout = (error: unknown): boolean =>
  isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
