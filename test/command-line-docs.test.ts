import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND_LINE_DOCS, commandLineDocs } from '../hack/generate-command-line-docs.ts';
import { clusterOptions, ENVIRONMENT } from '../src/config.ts';
import { COMMANDS } from '../src/wiring/commands.ts';

test('docs/command-line.md is what the commands say (else run: npm run generate)', () => {
  expect(readFileSync(COMMAND_LINE_DOCS, 'utf8')).toBe(commandLineDocs());
});

test('every variable that is read is documented, and every one that is documented is read', () => {
  const config = readFileSync(join(import.meta.dirname, '../src/config.ts'), 'utf8');
  const read = [
    ...[...config.matchAll(/process\.env\.([A-Z_]+)/g)].map(([, name = '']) => name),
    ...[...config.matchAll(/\{([^{}]+)\} = process\.env/g)].flatMap(
      ([, names = '']) => names.match(/[A-Z_]{2,}/g) ?? [],
    ),
  ];
  const options = [...clusterOptions(), ...Object.values(COMMANDS).flatMap((command) => command.options())];
  const ofFlags = options.flatMap(({ envVar }) => envVar ?? []);
  const documented = ENVIRONMENT.map(([name]) => name);
  expect(new Set(documented)).toEqual(new Set(read));
  expect(documented.filter((name) => ofFlags.includes(name))).toEqual([]);
  for (const name of [...documented, ...ofFlags]) expect(commandLineDocs()).toContain(`| \`${name}\` |`);
});
