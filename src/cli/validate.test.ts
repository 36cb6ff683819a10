import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from './usage-error.ts';
import { validateFiles, validateText } from './validate.ts';

const FIXTURES = path.join(import.meta.dirname, '../../test/fixtures/statusprobes');
const filesIn = (folder: string) =>
  readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => path.join(FIXTURES, folder, name));

const MANIFEST = `apiVersion: statusprobe.dev/v1alpha1
kind: StatusProbe
metadata:
  name: shop
spec:
  target: { url: https://shop.test/ }
  interval: 5s
  timeout: 10s
  request:
    headers:
      - name: Authorization
        value: secret
  expected:
    statusCodes: [abc]
`;

const placesOf = (text: string) =>
  validateText(text, 'f').problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

test('every problem, where it stands', () => {
  expect(placesOf(MANIFEST)).toEqual([
    '12:9 spec.request.headers[0].value must come from a Secret by valueFrom, because this header carries a credential.',
    '13:3 spec.expected is not a field of a StatusProbe.',
  ]);
  expect(placesOf(MANIFEST.replace(/ {2}request:[\s\S]*/, ''))).toEqual([
    '8:3 spec.timeout must not be longer than interval (its default is 5s).',
  ]);
});

test('a field that is missing is told where it should be', () => {
  expect(placesOf('kind: StatusProbe\nmetadata: {}\nspec:\n  interval: 5s\nstatuss: 1\n')).toEqual([
    '1:1 apiVersion must be statusprobe.dev/v1alpha1.',
    '2:1 metadata.name must be a Kubernetes name of lower-case letters, digits, hyphens and dots.',
    '5:1 statuss is not a field of a StatusProbe.',
    '3:1 spec.target must be given.',
  ]);
});

test('other kinds are passed over, and Lists are looked into', () => {
  const item = MANIFEST.replace(/timeout[\s\S]*/, 'timeouts: 1\n').replaceAll('\n', '\n    ');
  const list = `kind: ConfigMap\n---\nkind: List\nitems:\n  - ${item.trimEnd()}\n`;
  expect(validateText(list, 'f')).toEqual({
    probes: 1,
    problems: [{ file: 'f', line: 12, column: 7, message: 'spec.timeouts is not a field of a StatusProbe.' }],
  });
});

test('YAML that cannot be read is a problem of the file', () => {
  expect(placesOf('a: [1\nb: 2\n')[0]).toMatch(/^\d+:\d+ The YAML cannot be read: [^\n]+\.$/);
  expect(placesOf('a: *nothing\n')[0]).toMatch(/^1:\d+ The YAML cannot be read: [^\n]+\.$/);
});

test.each(filesIn('valid'))('%s is valid', (file) => {
  expect(validateText(readFileSync(file, 'utf8'), file).problems).toEqual([]);
});

test.each(filesIn('invalid'))('%s is not', (file) => {
  expect(validateText(readFileSync(file, 'utf8'), file).problems).not.toEqual([]);
});

async function run(output: string, files: Readonly<Record<string, string>>) {
  let printed = '';
  const code = await validateFiles(
    { files: Object.keys(files), output },
    {
      readText: async (file) => files[file] ?? '',
      write: (text) => {
        printed += text;
      },
    },
  );
  return { code, printed };
}

test('ends with 0 when all is valid, else with 1', async () => {
  const good = MANIFEST.replace(/ {2}timeout[\s\S]*/, '');
  expect(await run('text', { 'a.yaml': good, 'b.yaml': `${good}---\n${good}` })).toEqual({
    code: 0,
    printed: 'a.yaml: 1 StatusProbe is valid\nb.yaml: 2 StatusProbes are valid\n',
  });
  expect(await run('text', { 'a.yaml': good.replace('kind', 'x: 1\nkind') })).toEqual({
    code: 1,
    printed: 'a.yaml:2:1: x is not a field of a StatusProbe.\n',
  });
  expect(JSON.parse((await run('json', { 'a.yaml': good.replace('kind', 'x: 1\nkind') })).printed)).toEqual([
    { file: 'a.yaml', line: 2, column: 1, message: 'x is not a field of a StatusProbe.' },
  ]);
});

test('a file without StatusProbes was a slip', async () => {
  await expect(run('text', { 'a.yaml': 'kind: Pod\n' })).rejects.toThrow(
    new UsageError('a.yaml holds no StatusProbe: give a file with kind StatusProbe'),
  );
});
