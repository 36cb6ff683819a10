import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = path.join(import.meta.dirname, '..', 'src');

/**
 * What each part may import of the others; `type:` for its types alone. A part is a folder of src, or of src/diagnosis,
 * or a file beside them. Itself is always allowed; main.ts and wiring, which is its parts, may import everything.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'diagnosis/model': [],
  'diagnosis/topology': ['diagnosis/model'],
  'diagnosis/checks': ['diagnosis/model', 'diagnosis/topology'],
  'diagnosis/verdict': ['diagnosis/model'],
  'diagnosis/matrix': ['diagnosis/model', 'type:diagnosis/checks'],
  api: [],
  kubernetes: [],
  'config.ts': [],
  probe: ['diagnosis/model'],
  metrics: ['diagnosis/model'],
  evidence: ['diagnosis/model', 'diagnosis/topology', 'probe', 'kubernetes'],
  'pipeline.ts': [
    'diagnosis/model',
    'diagnosis/topology',
    'diagnosis/checks',
    'diagnosis/matrix',
    'diagnosis/verdict',
  ],
  operator: ['api', 'kubernetes', 'pipeline.ts', 'diagnosis/model', 'diagnosis/topology', 'type:probe'],
  cli: [
    'api',
    'pipeline.ts',
    'diagnosis/model',
    'diagnosis/topology',
    'diagnosis/checks',
    'diagnosis/matrix',
    'diagnosis/verdict',
    'discovery',
  ],
  web: ['api', 'diagnosis/model'],
  notify: ['api', 'diagnosis/model'],
  discovery: ['api', 'diagnosis/model'],
};

/** Libraries that compute and do nothing else. */
const PURE_LIBRARIES: ReadonlySet<string> = new Set(['re2js', 'ipaddr.js']);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const KNOWS_ALL: ReadonlySet<string> = new Set(['main.ts', 'wiring']);

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort();

const textOf = (file: string): string => readFileSync(path.join(SOURCE, file), 'utf8');

/** Code without comments and without what stands in quotes. */
const codeOf = (file: string): string =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");

const STATEMENT = /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(file: string): Import[] {
  const text = textOf(file);
  const statements = [...text.matchAll(STATEMENT)].map(([, type, named, bare]) => ({
    typeOnly: type !== undefined,
    target: named ?? bare ?? '',
  }));
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, target = '']) => ({ typeOnly: false, target }));
  return [...statements, ...dynamic].map(({ typeOnly, target }) => ({
    from: file,
    to: target.startsWith('.') ? path.join(path.dirname(file), target) : target,
    typeOnly,
  }));
}

const isOwn = ({ to }: Import): boolean => to.endsWith('.ts') || to.endsWith('.json');

/** `diagnosis/model`, `evidence`, `pipeline.ts` */
function partOf(file: string): string {
  const [first = '', second = ''] = file.split(path.sep);
  return first === 'diagnosis' ? `${first}/${second}` : first;
}

const imports = files.flatMap(importsOf);
const own = imports.filter(isOwn);

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const [here, there] = [partOf(from), partOf(to)];
  if (here === there || KNOWS_ALL.has(here)) return true;
  const allowed = MAY_IMPORT[here] ?? [];
  return allowed.includes(there) || (typeOnly && allowed.includes(`type:${there}`));
}

/** The first way round from a file to itself; type imports are gone at run time and make no cycle. */
function cycleThrough(
  start: string,
  edges: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (file: string, way: readonly string[]): readonly string[] | undefined => {
    for (const next of edges.get(file) ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const cycle = walk(next, [...way, next]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  return walk(start, [start]);
}

describe('imports', () => {
  test('the reader of imports sees every form', () => {
    expect(importsOf('pipeline.ts')).toContainEqual({
      from: 'pipeline.ts',
      to: 'diagnosis/model/target.ts',
      typeOnly: true,
    });
    expect(own.length).toBeGreaterThan(files.length);
    expect(own.filter(({ to }) => to.endsWith('.ts') && !files.includes(to))).toEqual([]);
  });

  test('every part is in the table', () => {
    const parts = new Set(files.map(partOf));
    expect([...parts].filter((part) => !KNOWS_ALL.has(part) && MAY_IMPORT[part] === undefined)).toEqual([]);
  });

  test('go only where the table allows it', () => {
    const forbidden = own.filter((each) => !isAllowed(each));
    expect(forbidden.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('make no cycle', () => {
    const edges = Map.groupBy(
      own.filter(({ typeOnly }) => !typeOnly),
      ({ from }) => from,
    );
    const targets = new Map([...edges].map(([from, all]) => [from, all.map(({ to }) => to)]));
    expect(
      files.map((file) => cycleThrough(file, targets)).find((cycle) => cycle !== undefined),
    ).toBeUndefined();
  });
});

const pure = files.filter((file) => file.startsWith(`diagnosis${path.sep}`));

const IMPURE =
  /\b(?:async|await|Promise|process|performance|console|pino|setTimeout|fetch)\b|Date\.now|new Date\(\)|Math\.random/;

describe('diagnosis is pure', () => {
  test.each(pure)('%s', (file) => {
    const libraries = importsOf(file).filter((each) => !isOwn(each) && !PURE_LIBRARIES.has(each.to));
    expect(libraries.map(({ to }) => to)).toEqual([]);
    expect(codeOf(file).match(IMPURE)?.[0]).toBeUndefined();
  });
});

describe('order in the house', () => {
  test('only config.ts reads the environment', () => {
    expect(files.filter((file) => file !== 'config.ts' && /process\s*\.\s*env\b/.test(codeOf(file)))).toEqual(
      [],
    );
  });

  test('no file and no folder is a drawer', () => {
    const drawers = /^(?:utils?|helpers?|common|misc|shared|lib|stuff)(?:\.ts)?$/;
    expect(files.filter((file) => file.split(path.sep).some((part) => drawers.test(part)))).toEqual([]);
  });

  test('nothing hands on what others export, and the list of checks is the only index', () => {
    const indexes = files.filter((file) => path.basename(file) === 'index.ts');
    expect(indexes).toEqual([path.join('diagnosis', 'checks', 'index.ts')]);
    expect(
      files.filter((file) => /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;\n]*\sfrom\s/m.test(codeOf(file))),
    ).toEqual([]);
  });
});
