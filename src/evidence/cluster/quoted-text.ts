import { masked } from '../redact.ts';

/** Of different texts in a large cluster's objects there are few: the same probes and messages stand in many. */
const MOST = 5_000;
const known = new Map<string, string>();

/** A text in which objects quote what others wrote, and where people put passwords, without secrets. */
export function withoutSecrets<T>(value: T): T {
  if (typeof value !== 'string') return value;
  const before = known.get(value);
  if (before !== undefined) return before as T;
  if (known.size >= MOST) known.clear();
  const text = masked(value);
  known.set(value, text);
  return text as T;
}

/** A command in one text: that `-p` has a value is seen only beside it. */
export const commandWithoutSecrets = (command: readonly string[]): readonly string[] => [
  withoutSecrets([command].flat().join(' ')),
];
