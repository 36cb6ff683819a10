import fc from 'fast-check';
import { validManifests } from './status-probe-fixtures.ts';

type Path = readonly (string | number)[];

const CHARACTERS = [...'/\\@:#?%&+-._*^$|()[]{},=~"\' \t\n0159azAZü\u00a0\u200b\u2028\u0000'];

const junk = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1,
  100,
  65_536,
  1.5,
  '',
  'a',
  '1s',
  '200',
  [],
  ['a'],
  {},
  { name: 'a' },
);

/** Valid specs in which one field became something else: gone, another value, or a text with one other character. */
export const mutatedSpecs: fc.Arbitrary<unknown> = fc
  .record({
    spec: fc.constantFrom(...validManifests().map(({ manifest }) => manifest.spec)),
    place: fc.nat(),
    how: fc.constantFrom('remove', 'replace', 'edit', 'edit', 'edit'),
    junk,
    position: fc.nat(),
    removed: fc.nat({ max: 1 }),
    inserted: fc.constantFrom('', ...CHARACTERS),
  })
  .map(({ spec, place, how, position, removed, inserted, ...random }) => {
    const paths = pathsIn(spec).filter((path) => how !== 'edit' || typeof at(spec, path) === 'string');
    const path = paths[place % paths.length] ?? [];
    if (how === 'remove') return changed(spec, path, undefined);
    if (how === 'replace') return changed(spec, path, random.junk);
    const text = [...(at(spec, path) as string)];
    text.splice(position % (text.length + 1), removed, inserted);
    return changed(spec, path, text.join(''));
  });

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [[key], ...pathsIn(at(value, [key])).map((path) => [key, ...path])]);
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => (part as Record<string | number, unknown>)[key], value);
}

function changed(value: unknown, path: Path, leaf: unknown): unknown {
  const copy = structuredClone(value);
  const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1) as string | number;
  if (leaf !== undefined) holder[key] = leaf;
  else if (Array.isArray(holder)) holder.splice(key as number, 1);
  else delete holder[key];
  return copy;
}
