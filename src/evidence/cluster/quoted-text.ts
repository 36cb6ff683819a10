import { masked } from '../redact.ts';

/** The same probes and messages stand in many objects. What holds a secret is not remembered. */
const clean = new Set<string>();
const MOST = 5_000;
const LONGEST = 256;

/** A text in which objects quote what others wrote, and where people put passwords, without secrets. */
export function withoutSecrets<T>(value: T): T | string {
  if (typeof value !== 'string' || clean.has(value)) return value;
  const text = masked(value);
  if (text !== value || text.length > LONGEST) return text;
  if (clean.size >= MOST) clean.clear();
  clean.add(text);
  return text;
}

/** A command in one text: that `-p` has a value is seen only beside it. */
export const commandWithoutSecrets = (command: readonly string[]): readonly string[] => [
  withoutSecrets([command].flat().join(' ')),
];
