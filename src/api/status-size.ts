import { type Finding, STATUS_SCHEMA, type StatusProbeStatus } from './generated.ts';
import type { Schema } from './schema.ts';

/** What `.status` may take as compact UTF-8 JSON. */
export const MAX_STATUS_BYTES = 32 * 1024;

/** How far all texts are cut, step by step, when nothing is left to leave out. No time is longer than the last step. */
const TEXT_BYTES = [1024, 256, 64, 32];

// Line and paragraph separators break lines as control characters do.
const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Most texts, which need no second look. */
const PLAIN = /^[\x20-\x7e]*$/;

/** One line of well-formed text: a control character becomes a space, half a character becomes U+FFFD. */
export function oneLine(text: string): string {
  return PLAIN.test(text) ? text : text.toWellFormed().replace(CONTROL_CHARACTERS, ' ');
}

/** The longest beginning of `text` that takes at most `bytes` in UTF-8, cut between two characters. */
export function cutText(text: string, bytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}

/**
 * The status as it may be written: each text on one line, no list longer than the schema allows, and the whole within
 * MAX_STATUS_BYTES. Findings lose their evidence first, then what was observed and expected and the fix, the least
 * finding first; then findings go, then the oldest history.
 */
export function fitStatus(status: StatusProbeStatus): StatusProbeStatus {
  let fitting = countOmitted(status, inForm(status));
  for (const shorten of [dropEvidence, dropDetails, dropFinding, dropTransition, dropLink]) {
    for (let next = shorten(fitting); isTooLarge(fitting) && next !== undefined; next = shorten(fitting))
      fitting = next;
  }
  for (const bytes of TEXT_BYTES) {
    if (isTooLarge(fitting)) fitting = rewriteStatus(fitting, (text) => cutText(text, bytes));
  }
  return fitting;
}

/** The bytes of parts that are in form: those of a status are mostly those of the one before, and are not read again. */
const formed = new WeakMap<object, number>();

/** Each text on one line, and no list longer than the schema allows. */
function inForm(status: StatusProbeStatus): StatusProbeStatus {
  const parts = Object.entries(status).map(([name, part]) => {
    if (isObject(part) && formed.has(part)) return [name, part];
    return [name, rewrite(part, STATUS_SCHEMA.properties?.[name], oneLine)];
  });
  return Object.fromEntries(parts) as StatusProbeStatus;
}

function isTooLarge(status: StatusProbeStatus): boolean {
  const parts = Object.entries(status).filter(([, part]) => part !== undefined);
  const bytes = parts.reduce((sum, [name, part]) => sum + name.length + bytesOf(part), 0);
  return bytes + parts.length * '"":,'.length + '{}'.length > MAX_STATUS_BYTES;
}

function bytesOf(part: unknown): number {
  const known = isObject(part) ? formed.get(part) : undefined;
  const bytes = known ?? Buffer.byteLength(JSON.stringify(part));
  if (isObject(part) && known === undefined) formed.set(part, bytes);
  return bytes;
}

const isObject = (part: unknown): part is object => typeof part === 'object' && part !== null;

function rewriteStatus(status: StatusProbeStatus, change: (text: string) => string): StatusProbeStatus {
  return rewrite(status, STATUS_SCHEMA, change) as StatusProbeStatus;
}

/** `value` with each text changed and each list cut to what the schema allows; itself where that changes nothing. */
function rewrite(value: unknown, schema: Schema | undefined, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (!isObject(value)) return value;
  if (Array.isArray(value)) {
    const items = value.slice(0, schema?.max).map((item) => rewrite(item, schema?.items, change));
    return items.length === value.length && items.every((item, at) => item === value[at]) ? value : items;
  }
  const parts = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(parts)) {
    const part = rewrite(parts[name], schema?.properties?.[name], change);
    if (part === parts[name]) continue;
    copy ??= { ...parts };
    copy[name] = part;
  }
  return copy ?? value;
}

type Shorter = StatusProbeStatus | undefined;

function dropEvidence(status: StatusProbeStatus): Shorter {
  return changeLast(
    status,
    ({ evidence }) => evidence !== undefined,
    ({ evidence: _, ...rest }) => rest,
  );
}

function dropDetails(status: StatusProbeStatus): Shorter {
  return changeLast(
    status,
    ({ observed, expected, fix }) => (observed ?? expected ?? fix) !== undefined,
    ({ observed: _observed, expected: _expected, fix: _fix, ...rest }) => rest,
  );
}

/** Changes the last finding that has what `has` looks for. */
function changeLast(
  status: StatusProbeStatus,
  has: (finding: Finding) => boolean,
  change: (finding: Finding) => Finding,
): Shorter {
  const { findings = [] } = status;
  const index = findings.findLastIndex(has);
  return index < 0
    ? undefined
    : { ...status, findings: findings.with(index, change(findings[index] as Finding)) };
}

function dropFinding(status: StatusProbeStatus): Shorter {
  const { findings = [] } = status;
  return findings.length === 0
    ? undefined
    : countOmitted(status, { ...status, findings: findings.slice(0, -1) });
}

/** Adds to `findingsOmitted` the findings that `before` has more than `after`. */
function countOmitted(before: StatusProbeStatus, after: StatusProbeStatus): StatusProbeStatus {
  const omitted = (before.findings?.length ?? 0) - (after.findings?.length ?? 0);
  return omitted === 0 ? after : { ...after, findingsOmitted: (before.findingsOmitted ?? 0) + omitted };
}

function dropTransition(status: StatusProbeStatus): Shorter {
  const { history = [] } = status;
  return history.length === 0 ? undefined : { ...status, history: history.slice(0, -1) };
}

function dropLink(status: StatusProbeStatus): Shorter {
  const { links = [] } = status;
  return links.length === 0 ? undefined : { ...status, links: links.slice(0, -1) };
}
