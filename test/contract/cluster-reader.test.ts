import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { NotCheckedReason } from '../../src/diagnosis/model/vocabulary.ts';
import { createCachedReader, type KindCaches } from '../../src/evidence/cluster/cached.ts';
import { readDump } from '../../src/evidence/cluster/dump.ts';
import { KINDS, type Kind, type ObjectsByKind } from '../../src/evidence/cluster/kinds.ts';
import { createObjectsReader, type RawObject } from '../../src/evidence/cluster/objects.ts';
import type { ClusterReader, Scope } from '../../src/evidence/cluster/reader.ts';
import { scopeIndex } from '../../src/evidence/cluster/scope-index.ts';
import { createTargetedReader } from '../../src/evidence/cluster/targeted.ts';
import { withUnreadable } from '../../src/evidence/cluster/unreadable.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { startReflector } from '../../src/kubernetes/reflector.ts';
import { createStore } from '../../src/kubernetes/store.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import { type Fault, startObjectServer } from '../support/object-server.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

const object = (kind: Kind, name: string, rest: Record<string, unknown> = {}, namespace = 'shop') => {
  const { group, version, namespaced } = KINDS[kind].resource;
  const { labels, annotations, ...fields } = rest;
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name, ...(namespaced ? { namespace } : {}), uid: `${kind}-${name}`, labels, annotations },
    ...fields,
  } as RawObject;
};

const ingress = (name: string, host: string | undefined, namespace = 'shop') =>
  object(
    'Ingress',
    name,
    { spec: { rules: [{ ...(host === undefined ? {} : { host }), http: { paths: [] } }] } },
    namespace,
  );

const httpRoute = (name: string, hostnames: readonly string[], namespace = 'shop') =>
  object('HTTPRoute', name, { spec: { hostnames } }, namespace);

const pod = (name: string, labels: Record<string, string>, namespace = 'shop') =>
  object(
    'Pod',
    name,
    {
      labels,
      annotations: { big: 'x' },
      spec: { containers: [], dnsPolicy: 'Default' },
      status: { phase: 'Running' },
    },
    namespace,
  );

const CLUSTER: readonly RawObject[] = [
  pod('b', { app: 'shop', tier: 'web' }),
  pod('a', { app: 'shop', tier: 'web' }),
  pod('c', { app: 'cart' }),
  pod('a', { app: 'shop', tier: 'web' }, 'other'),
  ingress('exact', 'shop.example.com'),
  ingress('wildcard', '*.example.com', 'other'),
  ingress('any', undefined, 'other'),
  ingress('deeper', '*.shop.example.com'),
  httpRoute('exact', ['cart.example.com', 'shop.example.com']),
  httpRoute('wildcard', ['*.example.com'], 'other'),
  httpRoute('any', [], 'other'),
  httpRoute('another', ['*.example.org']),
  object('EndpointSlice', 'shop-1', {
    labels: { 'kubernetes.io/service-name': 'shop' },
    addressType: 'IPv4',
    endpoints: null,
  }),
  object('EndpointSlice', 'cart-1', {
    labels: { 'kubernetes.io/service-name': 'cart' },
    addressType: 'IPv4',
  }),
  object('Node', 'node-1', { spec: {} }),
  object('Deployment', 'shop', {
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'web' },
    spec: { replicas: 2, strategy: {} },
  }),
  object('Event', 'shop.1', {
    type: 'Warning',
    reason: 'Failed',
    note: 'no',
    regarding: { kind: 'Pod', namespace: 'shop', name: 'a' },
  }),
];

type MakeReader = (
  objects: readonly RawObject[],
  faults?: Readonly<Record<string, Fault>>,
) => Promise<ClusterReader>;

const REASONS: Readonly<Record<Fault, NotCheckedReason>> = {
  forbidden: 'Forbidden',
  throttled: 'Throttled',
  silent: 'Timeout',
  broken: 'Failed',
  unknown: 'NotInstalled',
};

async function serve(objects: readonly RawObject[], faults: Readonly<Record<string, Fault>>) {
  const server = await startObjectServer(objects, faults);
  const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
  cleanUp.push(
    () => server.close(),
    () => transport.close(),
  );
  const isSilent = Object.values(faults).includes('silent');
  const deadlineMilliseconds = isSilent ? 1_000 : 15_000;
  const reader = createTargetedReader(createClient(transport), { deadlineMilliseconds });
  return { server, transport, reader };
}

const READERS: Readonly<Record<string, MakeReader>> = {
  async targeted(objects, faults = {}) {
    return (await serve(objects, faults)).reader;
  },
  async cached(objects, faults = {}) {
    const { transport, reader } = await serve(objects, faults);
    const kinds: readonly Kind[] = ['Pod', 'Ingress', 'HTTPRoute', 'EndpointSlice', 'Deployment', 'Node'];
    const caches = kinds.map((kind) => {
      const store = createStore({ indexes: scopeIndex(kind) as never });
      const { resource } = KINDS[kind];
      const reflector = startReflector({ transport, resource, project: KINDS[kind].project, sink: store });
      cleanUp.push(reflector.stop);
      return [kind, { store, state: () => reflector.state, settles: faults[kind] !== 'silent' }] as const;
    });
    await vi.waitFor(() => {
      for (const [, { state, settles }] of caches) {
        expect(!settles || state().synced || state().lastError !== undefined).toBe(true);
      }
    });
    return createCachedReader(Object.fromEntries(caches) as unknown as KindCaches, reader);
  },
  async dump(objects, faults = {}) {
    const folder = await mkdtemp(path.join(tmpdir(), 'dump-'));
    cleanUp.push(() => rm(folder, { recursive: true }));
    const [first, ...rest] = objects;
    await writeFile(path.join(folder, 'first.json'), JSON.stringify(first ?? null));
    await writeFile(
      path.join(folder, 'rest.yaml'),
      stringify({ apiVersion: 'v1', kind: 'List', items: rest }),
    );
    const unreadable = Object.entries(faults).map(([kind, fault]) => ({
      kind,
      reason: REASONS[fault],
      message: 'Was not read',
    }));
    return withUnreadable(createObjectsReader(await readDump(folder)), unreadable);
  },
};

const namesIn = async <K extends Kind>(reader: ClusterReader, kind: K, scope?: Scope) => {
  const listed = await reader.list(kind, scope);
  if (!listed.ok) return listed;
  return listed.value.map((each: ObjectsByKind[Kind]) =>
    'metadata' in each ? `${each.metadata.namespace ?? ''}/${each.metadata.name}` : each.reason,
  );
};

describe.each(Object.entries(READERS))('%s reader', (_, makeReader) => {
  test.each<[Kind, Scope, readonly string[]]>([
    ['Pod', {}, ['other/a', 'shop/a', 'shop/b', 'shop/c']],
    ['Pod', { namespace: 'shop' }, ['shop/a', 'shop/b', 'shop/c']],
    ['Pod', { namespace: 'shop', labels: { tier: 'web', app: 'shop' } }, ['shop/a', 'shop/b']],
    ['Pod', { labels: { app: 'shop' } }, ['other/a', 'shop/a', 'shop/b']],
    ['Pod', { namespace: 'nowhere' }, []],
    [
      'EndpointSlice',
      { namespace: 'shop', labels: { 'kubernetes.io/service-name': 'shop' } },
      ['shop/shop-1'],
    ],
    ['Ingress', { host: 'shop.example.com' }, ['other/any', 'other/wildcard', 'shop/exact']],
    ['Ingress', { host: 'a.shop.example.com', namespace: 'shop' }, ['shop/deeper']],
    ['HTTPRoute', { host: 'shop.example.com' }, ['other/any', 'other/wildcard', 'shop/exact']],
    ['HTTPRoute', { host: 'a.shop.example.com' }, ['other/any', 'other/wildcard']],
    ['Node', {}, ['/node-1']],
    ['Deployment', { namespace: 'shop' }, ['shop/shop']],
    ['Event', { namespace: 'shop' }, ['Failed']],
    ['StatefulSet', { namespace: 'shop' }, []],
  ])('lists %s %j', async (kind, scope, names) => {
    expect(await namesIn(await makeReader(CLUSTER), kind, scope)).toEqual(names);
  });

  test('keeps of an object what checks read, and its kind', async () => {
    const reader = await makeReader(CLUSTER);
    expect(await reader.get('Pod', { namespace: 'shop', name: 'a' })).toEqual({
      ok: true,
      value: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'a',
          namespace: 'shop',
          uid: 'Pod-a',
          labels: { app: 'shop', tier: 'web' },
          annotations: {},
        },
        spec: { containers: [] },
        status: { phase: 'Running' },
      },
    });
    expect(await reader.list('Deployment', { namespace: 'shop' })).toMatchObject({
      value: [{ kind: 'Deployment', metadata: { annotations: { team: 'web' } }, spec: { replicas: 2 } }],
    });
  });

  test('an object that does not exist is an absence that was seen', async () => {
    const reader = await makeReader(CLUSTER);
    expect(await reader.get('Pod', { namespace: 'shop', name: 'gone' })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await reader.get('Pod', { namespace: 'nowhere', name: 'a' })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await reader.get('Node', { name: 'gone' })).toEqual({ ok: true, value: undefined });
  });

  test.each(Object.entries(REASONS) as [Fault, NotCheckedReason][])(
    'a look-up that is %s is %s, never an absence',
    async (fault, reason) => {
      const reader = await makeReader(CLUSTER, { Pod: fault });
      expect(await reader.list('Pod', { namespace: 'shop' })).toMatchObject({ ok: false, reason });
      expect(await reader.get('Pod', { namespace: 'shop', name: 'a' })).toMatchObject({ ok: false, reason });
      expect(await reader.get('Node', { name: 'node-1' })).toMatchObject({ ok: true });
    },
  );
});

describe('cached reader', () => {
  test('a cache of one namespace is not asked for others', async () => {
    const { reader: others } = await serve(CLUSTER, {});
    const store = createStore<ObjectsByKind['Pod'], 'scope'>({ indexes: scopeIndex('Pod') });
    const state = () => ({ synced: true, watching: true });
    const reader = createCachedReader({ Pod: { store, state, namespace: 'shop' } }, others);
    expect(await namesIn(reader, 'Pod', { namespace: 'shop' })).toEqual([]);
    expect(await reader.get('Pod', { namespace: 'shop', name: 'a' })).toEqual({ ok: true, value: undefined });
    expect(await namesIn(reader, 'Pod', { namespace: 'other' })).toEqual(['other/a']);
    expect(await namesIn(reader, 'Pod', { labels: { app: 'cart' } })).toEqual(['shop/c']);
    expect(await reader.get('Pod', { namespace: 'other', name: 'a' })).toMatchObject({
      value: { kind: 'Pod' },
    });
  });
});

describe('targeted reader', () => {
  test('asks for each thing once, and for no part of what it has', async () => {
    const { server, reader } = await serve(CLUSTER, {});
    await Promise.all([reader.list('Ingress', { host: 'shop.example.com' }), reader.list('Ingress')]);
    await reader.list('Ingress', { namespace: 'shop' });
    await reader.list('Pod', { namespace: 'shop' });
    await reader.list('Pod', { namespace: 'shop', labels: { app: 'cart' } });
    await Promise.all([1, 2].map(() => reader.get('Node', { name: 'node-1' })));
    expect(server.asked).toEqual([
      '/apis/networking.k8s.io/v1/ingresses',
      '/api/v1/namespaces/shop/pods',
      '/api/v1/nodes/node-1',
    ]);
  });

  test('says in one sentence what it may not do', async () => {
    const { reader } = await serve(CLUSTER, { Pod: 'forbidden', Node: 'forbidden', Ingress: 'unknown' });
    expect(await Promise.all([reader.list('Pod', { namespace: 'shop' }), reader.list('Pod')])).toMatchObject([
      { message: 'Forbidden: may not list pods in namespace shop' },
      { message: 'Forbidden: may not list pods in all namespaces' },
    ]);
    expect(await reader.get('Node', { name: 'n' })).toMatchObject({
      message: 'Forbidden: may not get nodes n',
    });
    expect(await reader.list('Ingress')).toMatchObject({
      message: 'The cluster does not know ingresses of networking.k8s.io',
    });
  });
});
