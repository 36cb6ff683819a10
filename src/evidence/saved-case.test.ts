import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSavedCase } from './saved-case.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'case-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
const OBSERVATION = `
namespace: shop
target: { serviceRef: { name: shop, port: 80, path: /cart } }
observation: { code: 503 }
`;

test('an observation is completed from what it leaves out', async () => {
  await write('observation.yaml', OBSERVATION);
  const { observation, sources } = await readSavedCase(folder);
  expect(sources.probe).toEqual({
    target: { kind: 'Service', namespace: 'shop', name: 'shop', port: 80, path: '/cart' },
    namespace: 'shop',
  });
  expect(observation).toMatchObject({
    method: 'GET',
    url: 'http://shop.shop.svc:80/cart',
    finalURL: 'http://shop.shop.svc:80/cart',
    code: 503,
    success: false,
    failure: { phase: 'Assert', reason: 'UnexpectedStatus' },
  });
});

test('what was tried answers again, and what was not tried proves nothing', async () => {
  await write(
    'observation.yaml',
    `${OBSERVATION}
dials: [{ address: 10.0.0.1, port: 80, result: Refused }]
hops: [{ hop: Pod, address: 10.0.0.1, port: 80, observation: { code: 200 } }]
logs: [{ podName: a, container: b, previous: true, lines: [one, two] }]
`,
  );
  const { dial, ask, readLog } = (await readSavedCase(folder)).sources;
  expect([await dial?.('10.0.0.1', 80), await dial?.('10.0.0.1', 81)]).toEqual(['Refused', 'Timeout']);
  const hop = { address: '10.0.0.1', port: 80, scheme: 'http', path: '/', withCredentials: false } as const;
  expect(await ask?.(hop)).toMatchObject({ code: 200, success: true });
  expect(await ask?.({ ...hop, port: 81 })).toMatchObject({ failure: { reason: 'ConnectTimeout' } });
  const log = { namespace: 'shop', podName: 'a', container: 'b', previous: true, tailLines: 5 };
  expect(await readLog?.(log)).toEqual({ ok: true, value: 'one\ntwo' });
  expect(await readLog?.({ ...log, previous: false })).toEqual({ ok: true, value: undefined });
});

describe('one sentence says what is wrong', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'no observation',
      {},
      /has no observation\.yaml: give a target and --code to ask why it would answer so, or --observation FILE\.$/,
    ],
    [
      'a slip of the pen',
      { 'observation.yaml': `${OBSERVATION}dails: []` },
      /observation\.yaml has unknown fields: dails\.$/,
    ],
    [
      'a slip deeper down',
      { 'observation.yaml': OBSERVATION.replace('code', 'cod') },
      /unknown fields: observation\.cod\.$/,
    ],
    ['no namespace', { 'observation.yaml': 'target: {}' }, /must have namespace, target and observation\.$/],
    ['an empty file', { 'observation.yaml': '' }, /must have namespace, target and observation\.$/],
    [
      'text that is no YAML',
      { 'observation.yaml': OBSERVATION, 'cluster.yaml': 'a: [' },
      /cluster\.yaml is not valid YAML: /,
    ],
    [
      'something that is no object',
      { 'observation.yaml': OBSERVATION, 'cluster.yaml': 'kind: Pod' },
      /cluster\.yaml holds something without apiVersion, kind and metadata\.name\.$/,
    ],
    [
      'a list without names',
      { 'observation.yaml': OBSERVATION, 'cluster.yaml': 'kind: PodList\nitems: [1]' },
      /cluster\.yaml holds something without/,
    ],
    [
      'a bare value',
      { 'observation.yaml': OBSERVATION, 'cluster.yaml': '7' },
      /cluster\.yaml holds something without/,
    ],
  ])('%s', async (_, files, sentence) => {
    for (const [name, text] of Object.entries(files)) await write(name, text);
    await expect(readSavedCase(folder)).rejects.toThrow(sentence);
  });

  test('no folder', async () => {
    await expect(readSavedCase(path.join(folder, 'gone'))).rejects.toThrow(/gone/);
  });
});
