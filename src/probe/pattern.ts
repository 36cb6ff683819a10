import { RE2JS } from 're2js';
import { boundedWork } from './bounded-work.ts';

/** Steps (instructions × characters) that take well under the time for which a watchdog is worth its price. */
const CHEAP_STEPS = 500_000;

/** An unanchored RE2 pattern, matched in linear and in bounded time. */
export interface Pattern {
  readonly source: string;
  /** `TooCostly`: the pattern was cut off. */
  test(text: string): boolean | 'TooCostly';
}

/** Throws with one sentence when the pattern is not RE2. */
export function compilePattern(source: string): Pattern {
  const compiled = compileRE2(source);
  const size = compiled.programSize();
  const find = (text: string): boolean => compiled.matcher(text).find();
  return {
    source,
    test: (text) => {
      if (size * text.length <= CHEAP_STEPS) return find(text);
      return boundedWork(() => find(text))?.value ?? 'TooCostly';
    },
  };
}

function compileRE2(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch {
    throw new Error(`The pattern ${source} is not a regular expression in RE2 syntax.`);
  }
}
