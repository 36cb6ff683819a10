import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Client, createClient } from '../../src/kubernetes/client.ts';
import { createEvent } from '../../src/kubernetes/events.ts';
import { kubeConfigAccess } from '../../src/kubernetes/kube-config.ts';
import { LeaderElection } from '../../src/kubernetes/leader-election.ts';
import { Membership } from '../../src/kubernetes/membership.ts';
import { type ReflectorOptions, startReflector } from '../../src/kubernetes/reflector.ts';
import {
  type ApiObject,
  CONFIG_MAPS,
  EVENTS,
  LEASES,
  NAMESPACES,
  PODS,
  type Resource,
  SELF_SUBJECT_ACCESS_REVIEWS,
} from '../../src/kubernetes/resources.ts';
import { createStore } from '../../src/kubernetes/store.ts';
import { createTransport, type Transport } from '../../src/kubernetes/transport.ts';
import { openWatch, type WatchEvent } from '../../src/kubernetes/watch.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { isLeftOut } from '../support/left-out.ts';
import { crash } from '../support/server-process.ts';

const isSkipped = isLeftOut('on a real API server', whyNoApiServer());

const WIDGETS: Resource = {
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

const WIDGET_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const DEFINITIONS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

describe.skipIf(isSkipped)('on a real API server', () => {
  let server: ApiServer;
  let transport: Transport;
  let client: Client;
  let namespace: string;
  const cleanUp: (() => unknown)[] = [];

  const connect = async (file: string) => createTransport((await kubeConfigAccess({ files: [file] })).read);

  beforeAll(async () => {
    server = await startApiServer();
    transport = await connect(server.kubeconfigPath);
    client = createClient(transport);
    await client.create(DEFINITIONS, WIDGET_DEFINITION);
    const created = await client.create(NAMESPACES, { metadata: { generateName: 'test-' } });
    namespace = created.metadata.name as string;
  });

  afterEach(async () => {
    for (const action of cleanUp.splice(0)) await action();
  });

  afterAll(async () => {
    transport?.close();
    await server?.stop();
  });

  const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name },
    data,
  });

  function reflect(options: Partial<ReflectorOptions<string>> = {}) {
    const store = createStore<string>();
    const events: string[] = [];
    store.subscribe(({ type, key }) => events.push(`${type} ${key.split('/')[1]}`));
    const reflector = startReflector({
      transport,
      resource: CONFIG_MAPS,
      namespace,
      project: ({ metadata }) => metadata.uid as string,
      sink: store,
      ...options,
    });
    cleanUp.push(reflector.stop);
    return { reflector, store, events };
  }

  test('a watch-list becomes a watch; changes arrive; delete and create anew are told as such', async () => {
    await client.create(CONFIG_MAPS, configMap('one'));
    const { reflector, events } = reflect({ labelSelector: 'kind!=unwanted' });
    await reflector.whenSynced();
    expect(reflector.state).toEqual({ synced: true, watching: true });
    expect(events).toEqual(['added one']);
    await client.patch(
      CONFIG_MAPS,
      { namespace, name: 'one' },
      { type: 'merge', body: { data: { a: 'b' } } },
    );
    await client.delete(CONFIG_MAPS, { namespace, name: 'one' });
    await client.create(CONFIG_MAPS, configMap('one'));
    await eventually(() => expect(events).toEqual(['added one', 'updated one', 'deleted one', 'added one']));
  });

  test('bookmarks move a quiet watch on, and it ends cleanly when its time is over', async () => {
    const lease = (where: string) => ({ metadata: { namespace: where, name: 'elsewhere' }, spec: {} });
    const { resourceVersion } = await client.list(LEASES, { namespace });
    const watch = await openWatch(transport, LEASES, {
      namespace,
      resourceVersion,
      timeoutSeconds: 5,
      inactivityMilliseconds: 30_000,
      signal: AbortSignal.timeout(30_000),
    });
    const { metadata } = await client.create(LEASES, lease('default'));
    const received: WatchEvent[] = [];
    for await (const events of watch) received.push(...events);
    expect(new Set(received.map(({ type }) => type))).toEqual(new Set(['BOOKMARK']));
    const { metadata: last } = (received.at(-1) as WatchEvent).object as ApiObject;
    expect(Number(last.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
  });

  test('a list comes by pages and gzipped', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `page-${index}`);
    await Promise.all(
      names.map((name) => client.create(CONFIG_MAPS, configMap(name, { text: 'x'.repeat(2_000) }))),
    );
    const { items } = await client.list(CONFIG_MAPS, { namespace, limit: 80 });
    const listed = items.map(({ metadata }) => metadata.name);
    expect(listed).toEqual(expect.arrayContaining(names));
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    const single = await client.list(CONFIG_MAPS, { namespace, fieldSelector: 'metadata.name=page-7' });
    expect(single.items).toHaveLength(1);
  });

  test('a status is applied by one field manager at the resourceVersion that was read, else there is a conflict', async () => {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { namespace, name: 'w' },
      spec: { a: 1 },
    };
    const created = await client.create(WIDGETS, widget);
    const status = (resourceVersion: string | undefined, phase: string) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { namespace, name: 'w', ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      status: { phase },
    });
    const options = { fieldManager: 'operator', force: true };
    const applied = await client.applyStatus(
      WIDGETS,
      status(created.metadata.resourceVersion, 'Ready'),
      options,
    );
    expect(applied).toMatchObject({ spec: { a: 1 }, status: { phase: 'Ready' } });
    expect(applied.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'operator', operation: 'Apply', subresource: 'status' }),
    );
    await expect(
      client.applyStatus(WIDGETS, status(created.metadata.resourceVersion, 'Late'), options),
    ).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
    await client.delete(WIDGETS, { namespace, name: 'w' });
    await expect(
      client.applyStatus(WIDGETS, status(applied.metadata.resourceVersion, 'Gone'), options),
    ).rejects.toMatchObject({
      reason: expect.stringMatching(/^(NotFound|Conflict)$/),
    });
  });

  test('a kind that does not exist, and one that is forbidden, are told apart', async () => {
    const unknown = reflect({ resource: { ...WIDGETS, plural: 'gadgets' } });
    const unprivileged = await connect(server.unprivilegedKubeconfigPath);
    cleanUp.push(() => unprivileged.close());
    const forbidden = reflect({ transport: unprivileged });
    await eventually(() => {
      expect(unknown.reflector.state).toMatchObject({ synced: false, lastError: { reason: 'NotFound' } });
      expect(forbidden.reflector.state).toMatchObject({ synced: false, lastError: { reason: 'Forbidden' } });
    });
    await expect(createClient(unprivileged).get(PODS, { namespace, name: 'p' })).rejects.toMatchObject({
      reason: 'Forbidden',
    });
    await expect(client.get(PODS, { namespace, name: 'p' })).rejects.toMatchObject({ reason: 'NotFound' });
  });

  test('an Event and an access review are accepted', async () => {
    await createEvent(client, {
      type: 'Warning',
      reason: 'Broken',
      action: 'Probing',
      note: 'x'.repeat(2_000),
      regarding: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `a${'-long-name'.repeat(20)}` },
      reportingController: 'example.com/operator',
      reportingInstance: 'operator-1',
    });
    const { items } = await client.list(EVENTS, { namespace });
    expect(items).toContainEqual(expect.objectContaining({ reason: 'Broken', note: 'x'.repeat(1_024) }));
    const review = await client.create(SELF_SUBJECT_ACCESS_REVIEWS, {
      metadata: {},
      spec: { resourceAttributes: { namespace, verb: 'get', resource: 'pods' } },
    });
    expect(review).toMatchObject({ status: { allowed: true } });
  });

  test('a Lease is taken, refused to another, given back and taken by that other', async () => {
    const contend = (identity: string) => {
      const election = new LeaderElection({
        client,
        namespace,
        name: 'leader',
        identity,
        retryMilliseconds: 50,
      });
      cleanUp.push(() => election.stop());
      return election;
    };
    const one = contend('one');
    await eventually(() => expect(one.isLeader).toBe(true));
    const two = contend('two');
    await eventually(() => expect(two.leader).toBe('one'));
    expect(two.isLeader).toBe(false);
    await one.stop();
    await eventually(() => expect(two.isLeader).toBe(true));
    const lease = await client.get(LEASES, { namespace, name: 'leader' });
    expect(lease.spec).toMatchObject({
      holderIdentity: 'two',
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
    });
  });

  test('members share keys, and one that leaves hands its keys over', async () => {
    const timing = { interval: 100, duration: 5_000, trust: 2_000 };
    const join = (member: string) => {
      const labels = { 'example.com/group': 'operator' };
      const membership = new Membership({
        client,
        namespace,
        member,
        identity: `${member}-1`,
        labels,
        timing,
      });
      cleanUp.push(() => membership.stop());
      return membership;
    };
    const [a, b] = [join('member-a'), join('member-b')];
    const keys = Array.from({ length: 20 }, (_, index) => `shop/${index}`);
    await eventually(() => {
      for (const key of keys) expect(a.owns(key) !== b.owns(key)).toBe(true);
      expect(keys.some((key) => a.owns(key)) && keys.some((key) => b.owns(key))).toBe(true);
    });
    await b.stop();
    await eventually(() => expect(keys.every((key) => a.owns(key))).toBe(true));
  });

  test('a SIGKILL and restart of the API server loses nothing', async () => {
    await client.create(CONFIG_MAPS, configMap('before'));
    const { reflector, events, store } = reflect({ labelSelector: 'kind!=unwanted' });
    await reflector.whenSynced();
    events.splice(0);
    const startAgain = await crash(server, 'kube-apiserver');
    await eventually(() =>
      expect(reflector.state).toMatchObject({
        synced: true,
        watching: false,
        lastError: { reason: 'Unreachable' },
      }),
    );
    await expect(
      client.get(CONFIG_MAPS, { namespace, name: 'before' }, { deadlineMilliseconds: 500 }),
    ).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringContaining('the connection was refused'),
    });
    startAgain();
    await vi.waitFor(() => client.create(CONFIG_MAPS, configMap('after')), {
      timeout: 60_000,
      interval: 200,
    });
    await eventually(() => expect(events).toEqual(['added after']));
    expect(store.get(namespace, 'before')).toBeDefined();
    expect(reflector.state).toEqual({ synced: true, watching: true });
  });
});
