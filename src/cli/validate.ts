import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { SPEC_SCHEMA, STATUS_PROBE } from '../api/generated.ts';
import { read } from '../api/schema.ts';
import { UsageError } from './usage-error.ts';

export const VALIDATE_OUTPUTS = ['text', 'json'] as const;

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** One sentence that names the field and says what is allowed. */
  readonly message: string;
}

export interface Validated {
  /** How many StatusProbes the file holds. */
  readonly probes: number;
  readonly problems: readonly Problem[];
}

type Path = readonly (string | number)[];

const API_VERSION = `${STATUS_PROBE.group}/${STATUS_PROBE.version}`;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

interface Manifest {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown } | null;
  readonly spec?: unknown;
  readonly items?: unknown;
}

/** A document, or an item of a List, and where it stands in the document. */
interface Place {
  readonly manifest: Manifest;
  readonly at: Path;
}

const isObject = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `spec.request.headers[0].name` → its parts. */
const pathOf = (field: string): Path =>
  [...field.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));

/** Every problem of one StatusProbe; each begins with its field. */
function problemsOf(manifest: Manifest): readonly string[] {
  const { apiVersion, metadata, spec } = manifest;
  const name = metadata?.name;
  const unknown = Object.keys(manifest).filter((field) => !FIELDS.has(field));
  return [
    ...(apiVersion === API_VERSION ? [] : [`apiVersion must be ${API_VERSION}.`]),
    ...(typeof name === 'string' && name.length <= 253 && NAME.test(name)
      ? []
      : ['metadata.name must be a Kubernetes name of lower-case letters, digits, hyphens and dots.']),
    ...unknown.map((field) => `${field} is not a field of a StatusProbe.`),
    ...(spec === undefined ? ['spec must be given.'] : read(SPEC_SCHEMA, spec, 'spec', true).problems),
  ];
}

function placesIn(value: unknown, at: Path = []): readonly Place[] {
  if (!isObject(value)) return [];
  if (Array.isArray(value.items) && String(value.kind).endsWith('List'))
    return value.items.flatMap((item, index) => placesIn(item, [...at, 'items', index]));
  return value.kind === STATUS_PROBE.kind ? [{ manifest: value, at }] : [];
}

/** Where the field stands, or what it is missing from. */
function offsetOf(document: Document, path: Path): number {
  const parent = document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
    if (isPair(pair) && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  const node = document.getIn(path, true);
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? (document.contents?.range?.[0] ?? 0) : offsetOf(document, path.slice(0, -1));
}

/** Reads every StatusProbe of a file by the CRD's rules, with all problems and where they stand. */
export function validateText(text: string, file: string): Validated {
  const lines = new LineCounter();
  const problem = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message };
  };
  const checked = [parseAllDocuments(text, { lineCounter: lines })].flat().map((document): Validated => {
    const unreadable = whyUnreadable(document);
    if (unreadable !== undefined) return { probes: 0, problems: [problem(...unreadable)] };
    const places = placesIn(document.toJS());
    const problems = places.flatMap(({ manifest, at }) =>
      problemsOf(manifest).map((message) => {
        const [field = ''] = message.split(' ');
        return problem(offsetOf(document, [...at, ...pathOf(field)]), message);
      }),
    );
    return { probes: places.length, problems };
  });
  return {
    probes: checked.reduce((sum, { probes }) => sum + probes, 0),
    problems: checked.flatMap(({ problems }) => problems),
  };
}

/** Where the YAML goes wrong and why; undefined where it does not. */
function whyUnreadable(document: Document.Parsed): readonly [offset: number, message: string] | undefined {
  const [error] = document.errors;
  if (error !== undefined) {
    const [message = ''] = error.message.split(/ at line |\n/);
    return [error.pos[0], `The YAML cannot be read: ${message}.`];
  }
  try {
    document.toJS();
    return undefined;
  } catch (cause) {
    // An alias without its anchor, or so many of them that they would fill the memory.
    return [document.range[0], `The YAML cannot be read: ${(cause as Error).message}.`];
  }
}

const counted = (count: number): string => (count === 1 ? '1 StatusProbe is' : `${count} StatusProbes are`);

function textOf(file: string, { probes, problems }: Validated): string {
  if (problems.length === 0) return `${file}: ${counted(probes)} valid\n`;
  return problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}\n`).join('');
}

/** `statusprobe validate`: 0 when every StatusProbe is valid, else 1. Throws UsageError for a file that holds none. */
export async function validateFiles(
  { files, output }: { readonly files: readonly string[]; readonly output: string },
  { readText, write }: { readText(file: string): Promise<string>; write(text: string): void },
): Promise<number> {
  const validated: { readonly file: string; readonly result: Validated }[] = [];
  for (const file of files) {
    const result = validateText(await readText(file), file);
    if (result.probes === 0 && result.problems.length === 0)
      throw new UsageError(`${file} holds no StatusProbe: give a file with kind ${STATUS_PROBE.kind}`);
    validated.push({ file, result });
  }
  const problems = validated.flatMap(({ result }) => result.problems);
  if (output === 'json') write(`${JSON.stringify(problems, undefined, 2)}\n`);
  else for (const { file, result } of validated) write(textOf(file, result));
  return problems.length === 0 ? 0 : 1;
}
