import type { Symptom } from '../../model/check.ts';

/** What a value must look like, and how to say so. */
export interface ValueRule {
  readonly pattern: RegExp;
  readonly expected: string;
}

export interface KnownAnnotation {
  /** Absent where any text will do, or only the controller can tell. */
  readonly value?: ValueRule;
  /** What is seen when it takes no effect, because its key is misspelt or its value is not understood. */
  readonly missed?: readonly Symptom[];
}

/** All annotations of one controller. */
export interface AnnotationFamily {
  readonly prefix: string;
  readonly keys: Readonly<Record<string, KnownAnnotation>>;
  /** Beginnings of keys that end in a name of the user's. */
  readonly named: readonly string[];
  /** What is seen besides when a value is not understood. */
  readonly rejected: readonly Symptom[];
}

export const oneOf = (...values: readonly string[]): ValueRule => ({
  pattern: new RegExp(`^(${values.join('|')})$`),
  expected: values.join(' or '),
});

export const BOOLEAN: ValueRule = { pattern: /^(true|false|t|f|1|0)$/i, expected: 'true or false' };
export const ALL_OR_NOTHING = oneOf('true', 'false');
export const WHOLE_NUMBER: ValueRule = { pattern: /^-?\d+$/, expected: 'a whole number' };
export const SIZE: ValueRule = { pattern: /^\d+[kmg]?b?$/i, expected: 'a size such as 8m' };
export const JSON_TEXT: ValueRule = { pattern: /^\s*[[{][\s\S]*[\]}]\s*$/, expected: 'JSON' };
export const PAIRS: ValueRule = {
  pattern: /^\s*$|^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$/,
  expected: 'pairs such as key=value',
};

/** Keys of which nothing more is known than that they exist. */
export const plain = (keys: string): Readonly<Record<string, KnownAnnotation>> =>
  Object.fromEntries(
    keys
      .trim()
      .split(/\s+/)
      .map((key) => [key, {}]),
  );
