import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress } from '../diagnosis/model/kubernetes.ts';
import type { SuggestedProbe } from '../discovery/routes.ts';
import { discoverProbes, suggestProbes } from './discover.ts';

const backend = { service: { name: 'shop', port: { number: 80 } } };
const paths = (...all: string[]) => ({ paths: all.map((path) => ({ path, pathType: 'Prefix', backend })) });
const ingress = (name: string, spec: Ingress['spec']): Ingress => ({
  metadata: { name, namespace: 'shop' },
  spec,
});
const route = (name: string, spec: HTTPRoute['spec']): HTTPRoute => ({
  metadata: { name, namespace: 'shop' },
  spec,
});

const targets = (probes: readonly SuggestedProbe[]) =>
  probes.map(({ metadata, spec }) => [metadata.name, spec.target]);

test('one StatusProbe for each host, asking for its first path', () => {
  const { probes, passedOver } = suggestProbes(
    'shop',
    [
      ingress('shop', { rules: [{ host: 'shop.test', http: paths('/cart', '/') }] }),
      ingress('both', {
        rules: [
          { host: 'a.test', http: paths('/api/(.*)') },
          { host: 'b.test', http: paths('/') },
          { host: 'a.test', http: paths('/second') },
        ],
      }),
      ingress('any', { defaultBackend: backend }),
    ],
    [],
  );
  expect(targets(probes)).toEqual([
    ['shop', { ingressRef: { name: 'shop', host: 'shop.test', path: '/cart' } }],
    ['both-a-test', { ingressRef: { name: 'both', host: 'a.test', path: '/api/' } }],
    ['both-b-test', { ingressRef: { name: 'both', host: 'b.test', path: '/' } }],
    ['any', { ingressRef: { name: 'any', path: '/' } }],
  ]);
  expect(passedOver).toEqual([]);
});

test('HTTPRoutes as well, under a name that is free', () => {
  const { probes } = suggestProbes(
    'shop',
    [ingress('shop', { rules: [{ host: 'shop.test', http: paths('/') }] })],
    [
      route('shop', {
        hostnames: ['shop.test'],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/v2' } }] }],
      }),
      route('open', {}),
    ],
  );
  expect(targets(probes)).toEqual([
    ['shop', { ingressRef: { name: 'shop', host: 'shop.test', path: '/' } }],
    ['shop-2', { httpRouteRef: { name: 'shop', host: 'shop.test', path: '/v2' } }],
    ['open', { httpRouteRef: { name: 'open', path: '/' } }],
  ]);
});

test('what is no single host is passed over, and said', () => {
  const { probes, passedOver } = suggestProbes(
    'shop',
    [ingress('wild', { rules: [{ host: '*.test', http: paths('/') }] }), ingress('empty', {})],
    [],
  );
  expect(probes).toEqual([]);
  expect(passedOver).toEqual([
    'Ingress/wild: *.test is no single host; write a StatusProbe with a host that it takes',
    'Ingress/empty has no rules',
  ]);
});

async function run(apply: boolean, output: 'yaml' | 'json', existing: readonly string[] = []) {
  const printed: string[] = [];
  const said: string[] = [];
  const created: string[] = [];
  await discoverProbes(
    { apply, output },
    {
      namespace: 'shop',
      ingresses: async () => [
        ingress('one', { rules: [{ host: 'one.test' }] }),
        ingress('two', { rules: [{ host: 'two.test' }] }),
      ],
      httpRoutes: async () => [],
      async create({ metadata }) {
        if (existing.includes(metadata.name)) return false;
        created.push(metadata.name);
        return true;
      },
    },
    { write: (text) => printed.push(text), tell: (sentence) => said.push(sentence) },
  );
  return { printed: printed.join(''), said, created };
}

test('prints manifests and creates nothing, unless it is told to', async () => {
  const { printed, created } = await run(false, 'yaml');
  expect([parseAllDocuments(printed)].flat().map((document) => document.toJS().metadata)).toEqual([
    { name: 'one', namespace: 'shop' },
    { name: 'two', namespace: 'shop' },
  ]);
  expect(created).toEqual([]);
  expect(JSON.parse((await run(false, 'json')).printed)).toMatchObject({ kind: 'List', items: [{}, {}] });
});

test('creates those that are not there', async () => {
  expect(await run(true, 'yaml', ['one'])).toEqual({
    printed: 'statusprobe/one exists and is left as it is\nstatusprobe/two created\n',
    said: [],
    created: ['two'],
  });
});
