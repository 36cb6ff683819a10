import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDump } from './dump-layout.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dump-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, content: unknown) {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const SHOP = { metadata: { name: 'shop', namespace: 'shop' }, spec: {} };
const names = async (list: Promise<unknown>) => {
  const lookup = (await list) as { ok: boolean; message?: string; value?: { metadata: { name: string } }[] };
  return lookup.ok ? lookup.value?.map(({ metadata }) => metadata.name) : lookup.message;
};

test('kubectl cluster-info dump: lists without kinds on their items, empty ones, and only what was dumped', async () => {
  await write('nodes.json', { kind: 'NodeList', apiVersion: 'v1', items: null });
  await write('shop/pods.json', { kind: 'PodList', apiVersion: 'v1', items: [SHOP] });
  await write('shop/services.json', { kind: 'ServiceList', apiVersion: 'v1', items: [SHOP] });
  await write('shop/shop/logs.txt', '==== START logs for container shop of pod shop/shop ====');
  await write('kube-system/pods.json', { kind: 'PodList', apiVersion: 'v1', items: [] });
  const reader = await openDump(folder);
  expect(await names(reader.list('Node'))).toEqual([]);
  expect(await names(reader.list('Pod', { namespace: 'shop' }))).toEqual(['shop']);
  expect(await reader.get('Service', { namespace: 'shop', name: 'shop' })).toMatchObject({
    ok: true,
    value: { kind: 'Service', metadata: { name: 'shop' } },
  });
  expect(await names(reader.list('Pod', { namespace: 'kube-system' }))).toEqual([]);
  expect(await names(reader.list('Service', { namespace: 'kube-system' }))).toBe(
    'services are not of namespace kube-system in the dump',
  );
  expect(await names(reader.list('Pod'))).toBe('pods are not of all namespaces in the dump');
  expect(await reader.list('Ingress')).toEqual({
    ok: false,
    reason: 'NotConfigured',
    message: 'ingresses are not in the dump',
  });
});

test('a support bundle of troubleshoot.sh, as it is unpacked', async () => {
  const root = 'support-bundle-2026-01-02/cluster-resources';
  for (const namespace of ['shop', 'kube-system', 'kube-public', 'kube-node-lease']) {
    await write(`${root}/pods/${namespace}.json`, { kind: 'PodList', apiVersion: 'v1', items: [] });
  }
  await write(`${root}/ingress/shop.json`, {
    kind: 'IngressList',
    apiVersion: 'networking.k8s.io/v1',
    items: [{ ...SHOP, kind: 'Ingress', apiVersion: 'networking.k8s.io/v1' }],
  });
  await write(`${root}/ingress-classes.json`, 'null');
  await write(`${root}/services/shop.json`, '');
  await write(`${root}/deployments/shop.json`, [SHOP]);
  await write(`${root}/custom-resources/httproutes.gateway.networking.k8s.io/shop.yaml`, [SHOP]);
  await write(`${root}/pods-errors.json`, {});
  const reader = await openDump(folder);
  expect(await names(reader.list('Pod'))).toEqual([]);
  expect(await names(reader.list('Ingress', { namespace: 'shop' }))).toEqual(['shop']);
  expect(await names(reader.list('IngressClass'))).toEqual([]);
  expect(await names(reader.list('Service', { namespace: 'shop' }))).toBe('services are not in the dump');
  expect(await names(reader.list('Deployment', { namespace: 'shop' }))).toEqual(['shop']);
  expect(await names(reader.list('HTTPRoute', { namespace: 'shop' }))).toEqual(['shop']);
  expect(await names((await openDump(path.join(folder, root))).list('IngressClass'))).toEqual([]);
});

test('a folder of manifests is the whole cluster', async () => {
  await write('shop.yaml', { apiVersion: 'v1', kind: 'Service', ...SHOP });
  await write('notes/readme.txt', 'nothing');
  const reader = await openDump(folder);
  expect(await names(reader.list('Service'))).toEqual(['shop']);
  expect(await names(reader.list('Ingress'))).toEqual([]);
});

test('a file that is no JSON is named', async () => {
  await write('shop/pods.json', '{');
  await expect(openDump(folder)).rejects.toThrow(/shop\/pods\.json is not valid JSON: [^\n]+\.$/);
});
