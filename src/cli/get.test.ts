import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { plain } from './diagnosis-text.ts';
import { columnTitles, type GetRequest, getProbes, type StoredObject } from './get.ts';
import { inPlainCharacters } from './plain-characters.ts';
import { age } from './table.ts';

const NOW = Date.parse('2026-01-02T03:10:00Z');
const HEALTHY: StoredObject = {
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { name: 'blog', namespace: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
  status: {
    observedGeneration: 1,
    target: 'http://blog.test/',
    conditions: [
      {
        type: 'Healthy',
        status: 'True',
        reason: 'Healthy',
        message: 'None: as expected',
        lastTransitionTime: '2026-01-02T03:07:05Z',
        observedGeneration: 1,
      },
    ],
    verdict: { owner: 'None', layer: 'None', reason: 'Healthy', summary: 'as expected' },
    lastProbe: {
      time: '2026-01-02T03:09:50Z',
      code: 200,
      success: true,
      url: 'http://blog.test/',
      finalURL: 'http://blog.test/',
      redirects: [],
      durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 1, transfer: 0, total: 1 },
    },
  },
};
const FAILING: StoredObject = {
  ...HEALTHY,
  metadata: { name: 'shop', namespace: 'shop' },
  status: {
    ...(HEALTHY.status as object),
    target: 'http://shop.test/',
    conditions: [
      {
        type: 'Healthy',
        status: 'False',
        reason: 'HTTP502',
        message: 'DevOps: wrong port',
        lastTransitionTime: '2026-01-02T00:00:00Z',
        observedGeneration: 1,
      },
    ],
    verdict: {
      owner: 'DevOps',
      layer: 'Service',
      reason: 'TargetPortNotOpen',
      summary: 'Service shop sends to a port that no Pod opens',
      culprit: { kind: 'Service', name: 'shop', ref: 'Service/shop' },
      fix: 'Set targetPort to 8080',
    },
    path: [
      { hop: 'DNS', result: 'OK' },
      { hop: 'Ingress', ref: 'Ingress/shop', result: 'OK' },
      { hop: 'Service', ref: 'Service/shop', result: 'Failed', message: 'wrong port' },
      { hop: 'Endpoint', ref: 'Pod/shop-1', result: 'Failed', message: 'port 8081 refused' },
      { hop: 'Endpoint', ref: 'Pod/shop-2', result: 'NotChecked' },
    ],
    endpointsOmitted: 3,
  },
};

async function run(request: Partial<GetRequest>, objects = [FAILING, HEALTHY], columns?: number) {
  let printed = '';
  const asked: (string | undefined)[] = [];
  const code = await getProbes(
    { allNamespaces: false, output: 'text', ...request },
    {
      namespace: 'shop',
      get: async () => objects[0] as StoredObject,
      list: async (namespace) => {
        asked.push(namespace);
        return objects;
      },
      now: () => NOW,
    },
    {
      write: (text) => {
        printed += text;
      },
      style: { paint: plain, ...(columns === undefined ? {} : { columns }) },
    },
  );
  return { code, printed, asked };
}

test('the columns are those of kubectl get', () => {
  const crd = parse(readFileSync(new URL('../../crds/statusprobes.yaml', import.meta.url), 'utf8'));
  const columns: { name: string; priority?: number }[] = crd.spec.versions[0].additionalPrinterColumns;
  const titles = (all: typeof columns) => ['NAME', ...all.map(({ name }) => name.toUpperCase())];
  expect(columnTitles(true)).toEqual(titles(columns));
  expect(columnTitles(false)).toEqual(titles(columns.filter(({ priority = 0 }) => priority === 0)));
});

test('a list of all namespaces, with 1 where one of them fails', async () => {
  const { code, printed, asked } = await run({ allNamespaces: true });
  expect(
    printed,
  ).toBe(`NAMESPACE   NAME   TARGET              CODE   HEALTHY   OWNER    REASON              CULPRIT        SINCE
shop        shop   http://shop.test/   200    False     DevOps   TargetPortNotOpen   Service/shop   3h10m
web         blog   http://blog.test/   200    True      None     Healthy                            2m55s
`);
  expect([code, asked]).toEqual([1, [undefined]]);
});

test('of one probe the way of the request, as a tree', async () => {
  const { printed } = await run({ name: 'shop' });
  expect(printed.split('\n\n').slice(1).join('\n\n')).toBe(`http://shop.test/
└─ OK DNS
   └─ OK Ingress/shop
      └─ Failed Service/shop: wrong port
         ├─ Failed Pod/shop-1: port 8081 refused
         ├─ NotChecked Pod/shop-2
         └─ and 3 more endpoints

DevOps · Service · TargetPortNotOpen
Service shop sends to a port that no Pod opens
Fix: Set targetPort to 8080
`);
});

test('a narrow terminal breaks the tree between words', async () => {
  const { printed } = await run({ name: 'shop' }, [FAILING], 34);
  expect(printed).toMatch(/├─ Failed Pod\/shop-1:\n {14}port 8081 refused\n/);
});

test('a terminal without UTF-8 gets lines that it can draw', () => {
  expect(inPlainCharacters('├─ a · b\n└─ c…')).toBe('|- a - b\n`- c...');
});

test('documents are as the API server keeps them', async () => {
  expect(JSON.parse((await run({ output: 'json', name: 'shop' })).printed)).toEqual(FAILING);
  expect(parse((await run({ output: 'yaml' })).printed)).toEqual({
    apiVersion: 'v1',
    kind: 'List',
    items: [FAILING, HEALTHY],
  });
});

test('nothing there is no failure, and a name is of one namespace', async () => {
  expect(await run({}, [])).toMatchObject({ code: 0, printed: 'No StatusProbes in namespace shop.\n' });
  await expect(run({ name: 'shop', allNamespaces: true })).rejects.toThrow(
    'a name is of one namespace: give -n instead of -A',
  );
});

test('a probe that was never visited has empty columns', async () => {
  const { printed, code } = await run({}, [{ metadata: { name: 'new', namespace: 'shop' } }]);
  expect([printed.split('\n')[1], code]).toEqual(['new', 0]);
});

test.each([
  [-5, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [175_000, '2m55s'],
  [3_600_000, '60m'],
  [11_400_000, '3h10m'],
  [86_400_000, '24h'],
  [200_000_000, '2d7h'],
  [900_000_000, '10d'],
])('%d ms is %s', (milliseconds, text) => {
  expect(age(milliseconds)).toBe(text);
});
