import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ScriptedApiServer,
  type Stream,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import type { ReadAccess } from './cluster-access.ts';
import { type ReflectorOptions, startReflector } from './reflector.ts';
import { type ApiObject, PODS } from './resources.ts';
import { createStore } from './store.ts';
import { createTransport, type Transport } from './transport.ts';

let server: ScriptedApiServer;
const cleanUp: (() => void)[] = [];

beforeEach(async () => {
  server = await startScriptedApiServer();
});

afterEach(async () => {
  for (const action of cleanUp.splice(0)) action();
  await server.close();
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** A Pod whose uid is its name unless said otherwise. */
const pod = (name: string, resourceVersion: string, uid = name) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { namespace: 'shop', name, uid, resourceVersion },
});

/** What a test sees of a Pod: name, uid and resourceVersion in one word. */
const inOneWord = ({ metadata }: ApiObject) => `${metadata.name}/${metadata.uid}@${metadata.resourceVersion}`;

function connect(
  readAccess: ReadAccess = async () => ({ server: server.url, headers: {}, tls: {} }),
): Transport {
  const transport = createTransport(readAccess);
  cleanUp.push(() => transport.close());
  return transport;
}

function reflect(options: Partial<ReflectorOptions<string>> = {}) {
  const errors: unknown[] = [];
  const store = createStore<string>({ onError: (error) => errors.push(error) });
  const events: string[] = [];
  store.subscribe((event) => events.push(`${event.type} ${event.object}`));
  const transport = options.transport ?? connect();
  const reflector = startReflector({
    transport,
    resource: PODS,
    project: inOneWord,
    sink: store,
    pace: { baseMilliseconds: 1, ceilingMilliseconds: 20 },
    onError: (error) => errors.push(error),
    ...options,
  });
  cleanUp.push(reflector.stop);
  const holds = (...objects: string[]) =>
    eventually(() => expect([...store.values()].sort()).toEqual(objects));
  return { reflector, store, events, errors, holds, transport };
}

/** Synced with one Pod, `a/a@1`, at resourceVersion 10; the watch is open. */
async function synced(options?: Partial<ReflectorOptions<string>>) {
  const world = reflect(options);
  const exchange = await server.next();
  const stream = exchange.stream();
  stream.initialEvents([pod('a', '1')], '10');
  await world.reflector.whenSynced();
  world.events.splice(0);
  return { ...world, exchange, stream };
}

const isWatchFrom = (resourceVersion: string) => ({
  watch: 'true',
  allowWatchBookmarks: 'true',
  resourceVersion,
});
const IS_WATCH_LIST = { watch: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

/** The next request must go on from a resourceVersion; answers it with an event that shows that all works again. */
async function goesOnFrom(resourceVersion: string): Promise<Stream> {
  const exchange = await server.next();
  expect(exchange.query).toMatchObject(isWatchFrom(resourceVersion));
  expect(exchange.query).not.toHaveProperty('sendInitialEvents');
  return exchange.stream();
}

/** The next request must list anew; answers it. */
async function listsAnew(objects: readonly unknown[], resourceVersion: string): Promise<Stream> {
  const exchange = await server.next();
  expect(exchange.query).toMatchObject(IS_WATCH_LIST);
  expect(exchange.query).not.toHaveProperty('resourceVersion');
  const stream = exchange.stream();
  stream.initialEvents(objects, resourceVersion);
  return stream;
}

describe('the initial list', () => {
  test('comes as a stream where the server has watch-list, which goes on as the watch', async () => {
    const { reflector, stream, events, exchange, store } = await synced({
      namespace: 'shop',
      labelSelector: 'a=b',
    });
    expect(exchange.path).toBe('/api/v1/namespaces/shop/pods');
    expect(exchange.query).toMatchObject({
      ...IS_WATCH_LIST,
      allowWatchBookmarks: 'true',
      labelSelector: 'a=b',
    });
    expect(Number(exchange.query.timeoutSeconds)).toBeGreaterThanOrEqual(300);
    expect(reflector.state).toEqual({ synced: true, watching: true });
    stream.event('ADDED', pod('b', '11'));
    stream.event('MODIFIED', pod('a', '12'));
    stream.event('DELETED', pod('b', '13'));
    await eventually(() => expect(events).toEqual(['added b/b@11', 'updated a/a@12', 'deleted b/b@11']));
    expect(store.get('shop', 'a')).toBe('a/a@12');
  });

  test('is not seen before it is whole', async () => {
    const { reflector, store, holds } = reflect();
    const stream = (await server.next()).stream();
    stream.event('ADDED', pod('a', '1'));
    stream.bookmark('2');
    await eventually(() => expect(reflector.state.watching).toBe(true));
    expect([store.size, reflector.state.synced]).toEqual([0, false]);
    stream.event('MODIFIED', pod('a', '3'));
    stream.event('ADDED', pod('b', '4'));
    stream.event('DELETED', pod('b', '5'));
    stream.initialEvents([], '6');
    await holds('a/a@3');
  });

  test.each([400, 422])(
    'comes by pages where the server answers %i, with kind and apiVersion',
    async (code) => {
      const { holds, reflector } = reflect({
        project: (raw) => `${raw.apiVersion} ${raw.kind} ${inOneWord(raw)}`,
      });
      (await server.next()).status(code, 'Invalid');
      const first = await server.next();
      expect(first.query).toEqual({ limit: '500' });
      first.list([{ metadata: pod('a', '1').metadata }], '10', 'more');
      const second = await server.next();
      expect(second.query).toEqual({ limit: '500', continue: 'more' });
      expect(reflector.state.synced).toBe(false);
      second.list([{ metadata: pod('b', '2').metadata }], '10');
      await goesOnFrom('10');
      await holds('v1 Pod a/a@1', 'v1 Pod b/b@2');
      await eventually(() => expect(reflector.state).toEqual({ synced: true, watching: true }));
    },
  );

  test('comes by pages again after a 410, once the server is known to have no watch-list', async () => {
    const { holds } = reflect();
    (await server.next()).status(422, 'Invalid');
    (await server.next()).list([pod('a', '1')], '10');
    (await goesOnFrom('10')).error(410, 'Expired');
    const list = await server.next();
    expect(list.query).toEqual({ limit: '500' });
    list.list([pod('b', '11')], '12');
    await goesOnFrom('12');
    await holds('b/b@11');
  });

  test('begins anew when the server forgets it between two pages', async () => {
    const { holds } = reflect();
    (await server.next()).status(422, 'Invalid');
    (await server.next()).list([pod('a', '1')], '10', 'more');
    (await server.next()).status(410, 'Expired');
    const anew = await server.next();
    expect(anew.query).toEqual({ limit: '500' });
    anew.list([pod('b', '2')], '20');
    await goesOnFrom('20');
    await holds('b/b@2');
  });

  test('comes by pages once when the stream ends before its end mark, or stays silent', async () => {
    const { holds } = reflect({ inactivityMilliseconds: 100 });
    (await server.next()).stream().end();
    (await server.next()).list([pod('a', '1')], '10');
    (await goesOnFrom('10')).error(410, 'Expired');
    (await server.next()).stream().event('ADDED', pod('b', '2'));
    const list = await server.next();
    expect(list.query).toEqual({ limit: '500' });
    list.list([pod('b', '2')], '20');
    await goesOnFrom('20');
    await holds('b/b@2');
  });

  test.each([
    [403, 'Forbidden'],
    [404, 'NotFound'],
  ])('a %i is told, and asked again', async (code, reason) => {
    const { reflector, holds } = reflect();
    (await server.next()).status(code, reason);
    await eventually(() =>
      expect(reflector.state).toMatchObject({
        synced: false,
        watching: false,
        lastError: { status: code, reason },
      }),
    );
    await listsAnew([pod('a', '1')], '10');
    await holds('a/a@1');
    expect(reflector.state).toEqual({ synced: true, watching: true });
  });

  test('a refusal that passes, as of a server that has just started, changes nothing', async () => {
    const { reflector, stream, holds } = await synced();
    stream.end();
    for (let count = 0; count < 3; count += 1) {
      (await server.next()).status(403, 'Forbidden');
      await eventually(() => expect(reflector.state.lastError).toMatchObject({ status: 403 }));
      expect(reflector.state.synced).toBe(true);
    }
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
    expect(reflector.state).toEqual({ synced: true, watching: true });
  });

  test('a permission that is taken away makes a synced one unsynced, and keeps what was seen', async () => {
    const { reflector, stream, holds } = await synced();
    stream.end();
    for (let count = 0; count < 4; count += 1) (await server.next()).status(403, 'Forbidden');
    await eventually(() =>
      expect(reflector.state).toMatchObject({ synced: false, lastError: { reason: 'Forbidden' } }),
    );
    await holds('a/a@1');
  });
});

interface Synced extends Awaited<ReturnType<typeof synced>> {}

/** What breaks a usual informer: each fault ends with the right contents, without a list that is not needed. */
const FAULTS: Record<string, (world: Synced) => Promise<void>> = {
  'the connection is reset': async ({ stream, events }) => {
    stream.event('MODIFIED', pod('a', '11'));
    await eventually(() => expect(events).toHaveLength(1));
    stream.reset();
    (await goesOnFrom('11')).event('DELETED', pod('a', '12'));
    await eventually(() => expect(events).toEqual(['updated a/a@11', 'deleted a/a@11']));
  },
  'the server is restarted': async ({ holds }) => {
    const port = Number(new URL(server.url).port);
    await server.close();
    server = await startScriptedApiServer({ port });
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
  },
  'a watch answers 500': async ({ stream, holds }) => {
    stream.end();
    (await server.next()).status(500, 'InternalError');
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
  },
  'a watch answers 429 with Retry-After': async ({ stream, holds }) => {
    stream.end();
    (await server.next()).status(429, 'TooManyRequests', { 'retry-after': '1' });
    const refusedAt = performance.now();
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(990);
    await holds('a/a@11');
  },
  'a relist answers 503': async ({ stream, holds }) => {
    stream.error(410, 'Expired');
    (await server.next()).status(503, 'ServiceUnavailable');
    await listsAnew([pod('a', '11')], '12');
    await holds('a/a@11');
  },
  'a watch answers 410': async ({ stream, holds, events }) => {
    stream.end();
    (await server.next()).status(410, 'Expired');
    await listsAnew([pod('b', '11')], '12');
    await holds('b/b@11');
    expect(events).toEqual(['deleted a/a@1', 'added b/b@11']);
  },
  'a watch sends ERROR 410': async ({ stream, holds, reflector }) => {
    stream.error(410, 'Expired');
    const watch = await listsAnew([pod('b', '11')], '12');
    await holds('b/b@11');
    expect(reflector.state).toEqual({ synced: true, watching: true });
    watch.end();
    await goesOnFrom('12');
  },
  'a watch sends ERROR 500': async ({ stream, holds, reflector }) => {
    stream.error(500, 'InternalError');
    await eventually(() =>
      expect(reflector.state.lastError).toMatchObject({ reason: 'InternalError', status: 500 }),
    );
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
    expect(reflector.state).toEqual({ synced: true, watching: true });
  },
  'the server is overloaded for long': async ({ stream, holds }) => {
    stream.end();
    for (let refusals = 0; refusals < 6; refusals += 1) {
      const exchange = await server.next();
      expect(exchange.query).toMatchObject(isWatchFrom('10'));
      exchange.status(refusals % 2 === 0 ? 429 : 503, 'Overloaded');
    }
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
  },
  'a resourceVersion is not accepted any more': async ({ stream, holds }) => {
    stream.end();
    for (let refusals = 0; refusals < 3; refusals += 1) (await server.next()).status(400, 'BadRequest');
    await listsAnew([pod('b', '11')], '12');
    await holds('b/b@11');
  },
  'every watch from here fails': async ({ stream, holds }) => {
    stream.error(500, 'InternalError');
    (await goesOnFrom('10')).error(500, 'InternalError');
    (await goesOnFrom('10')).error(500, 'InternalError');
    await listsAnew([pod('b', '11')], '12');
    await holds('b/b@11');
  },
  'the server closes again and again': async ({ stream, holds }) => {
    stream.bookmark('20');
    stream.end();
    for (let closes = 0; closes < 5; closes += 1) (await goesOnFrom('20')).end();
    (await goesOnFrom('20')).event('MODIFIED', pod('a', '21'));
    await holds('a/a@21');
  },
  'it is stopped': async ({ stream, exchange, reflector, events }) => {
    reflector.stop();
    stream.event('MODIFIED', pod('a', '11'));
    await exchange.closed;
    expect(events).toEqual([]);
    expect(server.waiting).toBe(0);
    expect(reflector.state.watching).toBe(false);
  },
  'a second one is started on the same store': async ({ reflector, stream, store, holds }) => {
    reflector.stop();
    const second = startReflector({ transport: connect(), resource: PODS, project: inOneWord, sink: store });
    cleanUp.push(second.stop);
    stream.event('MODIFIED', pod('a', '99'));
    (await server.next()).stream().initialEvents([pod('a', '12')], '13');
    await second.whenSynced();
    await holds('a/a@12');
    expect(server.waiting).toBe(0);
  },
  'a listener throws while a list is delivered': async ({ stream, store, holds, errors }) => {
    const unsubscribe = store.subscribe(() => {
      throw new Error('listener');
    });
    stream.error(410, 'Expired');
    const watch = await listsAnew([pod('b', '11'), pod('c', '12')], '13');
    await holds('b/b@11', 'c/c@12');
    expect(errors).toHaveLength(3);
    unsubscribe();
    watch.event('DELETED', pod('b', '14'));
    await holds('c/c@12');
  },
  'a listener throws, or rejects, on an event': async ({ stream, store, holds, errors }) => {
    store.subscribe(() => Promise.reject(new Error('async listener')));
    store.subscribe(() => {
      throw new Error('listener');
    });
    stream.event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
    await eventually(() => expect(errors).toHaveLength(2));
    stream.end();
    await goesOnFrom('11');
  },
  'a line is malformed': async ({ stream, holds, reflector }) => {
    stream.event('MODIFIED', pod('a', '11'));
    stream.raw('{"type":"MODIFIED","object":{"metad\n');
    await eventually(() => expect(reflector.state.lastError).toMatchObject({ reason: 'InvalidResponse' }));
    (await goesOnFrom('11')).event('MODIFIED', pod('a', '12'));
    await holds('a/a@12');
  },
  'lines and characters are cut anywhere': async ({ stream, holds }) => {
    const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: pod('grün-😀', '11') })}\n`);
    for (const byte of line) {
      stream.raw(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await holds('a/a@1', 'grün-😀/grün-😀@11');
  },
  'the stream ends in the middle of a line': async ({ stream, holds }) => {
    stream.raw(JSON.stringify({ type: 'MODIFIED', object: pod('a', '11') }).slice(0, -5));
    stream.end();
    (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
  },
  'an object is deleted and made anew while nobody watches': async ({ stream, holds, events }) => {
    stream.error(410, 'Expired');
    await listsAnew([pod('a', '12', 'anew')], '13');
    await holds('a/anew@12');
    expect(events).toEqual(['deleted a/a@1', 'added a/anew@12']);
  },
  'an object has no name': async ({ stream, holds, errors }) => {
    stream.event('ADDED', { metadata: {} });
    stream.event('ADDED', null);
    stream.event('MODIFIED', pod('a', '11'));
    await holds('a/a@11');
    expect(errors).toHaveLength(2);
  },
};

test.each(Object.keys(FAULTS))('%s', async (name) => {
  const world = await synced();
  await FAULTS[name]?.(world);
});

test('stop during the initial list opens no watch and delivers nothing', async () => {
  const { reflector, store } = reflect();
  (await server.next()).status(422, 'Invalid');
  const list = await server.next();
  const whenSynced = reflector.whenSynced();
  reflector.stop();
  list.list([pod('a', '1')], '10');
  await list.closed;
  await expect(whenSynced).rejects.toThrow('The watch on pods was stopped before its first whole list.');
  expect([store.size, server.waiting]).toEqual([0, 0]);
});

test('the signal of the caller stops it', async () => {
  const controller = new AbortController();
  const { exchange, reflector } = await synced({ signal: controller.signal });
  controller.abort();
  await exchange.closed;
  expect(reflector.state.watching).toBe(false);
});

test('a token file that cannot be read at a reconnect is told, and read again later', async () => {
  let readable = true;
  const transport = connect(async () => {
    if (!readable) throw new Error('no such file');
    return { server: server.url, headers: {}, tls: {} };
  });
  const { stream, reflector, holds } = await synced({ transport });
  readable = false;
  stream.end();
  // A 401 makes the transport read its credentials anew.
  (await server.next()).status(401, 'Unauthorized');
  await eventually(() => expect(reflector.state.lastError).toMatchObject({ reason: 'NoCredentials' }));
  readable = true;
  (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
  await holds('a/a@11');
});

test('a silent watch is opened anew', async () => {
  const { exchange, holds } = await synced({ inactivityMilliseconds: 100 });
  await exchange.closed;
  const anew = await server.next();
  expect(anew.query).toMatchObject(isWatchFrom('10'));
  anew.stream().event('MODIFIED', pod('a', '11'));
  await holds('a/a@11');
});

test('a watch that waits for the server to come back is opened as soon as any call is answered', async () => {
  const { stream, reflector, transport, holds } = await synced({
    pace: { baseMilliseconds: 60_000, ceilingMilliseconds: 600_000 },
  });
  stream.reset();
  await eventually(() => expect(reflector.state.watching).toBe(false));
  const lost = transport.request({ verb: 'patch', path: '/version', body: {} });
  (await server.next()).reset();
  await expect(lost).rejects.toMatchObject({ reason: 'Unreachable' });
  const call = transport.request({ verb: 'get', path: '/version' });
  (await server.next()).json({});
  await call;
  (await goesOnFrom('10')).event('MODIFIED', pod('a', '11'));
  await holds('a/a@11');
});

test('a projection that throws keeps what was seen before, also over a relist', async () => {
  const { stream, errors, holds, events } = await synced({
    project: (raw) => {
      if (raw.metadata.labels !== undefined) throw new Error('cannot project');
      return inOneWord(raw);
    },
  });
  const broken = (resourceVersion: string) => {
    const { metadata } = pod('a', resourceVersion);
    return { metadata: { ...metadata, labels: {} } };
  };
  stream.event('MODIFIED', broken('11'));
  stream.error(410, 'Expired');
  (await listsAnew([broken('12'), pod('b', '13')], '14')).event('MODIFIED', pod('a', '15'));
  await holds('a/a@15', 'b/b@13');
  expect(events).toEqual(['added b/b@13', 'updated a/a@15']);
  expect(errors).toHaveLength(2);
});

test('what has not changed is neither projected nor delivered again by a relist', async () => {
  const projected: string[] = [];
  const { stream, holds, events } = await synced({
    project: (raw) => {
      projected.push(inOneWord(raw));
      return inOneWord(raw);
    },
  });
  stream.error(410, 'Expired');
  await listsAnew([pod('a', '1'), pod('b', '11')], '12');
  await holds('a/a@1', 'b/b@11');
  expect(projected).toEqual(['a/a@1', 'b/b@11']);
  expect(events).toEqual(['added b/b@11']);
});

test('one of two namespaces that share a store does not touch the other', async () => {
  const { store, stream, holds } = await synced({ namespace: 'shop' });
  const other = startReflector({
    transport: connect(),
    resource: PODS,
    namespace: 'bank',
    project: inOneWord,
    sink: store,
  });
  cleanUp.push(other.stop);
  const inBank = { metadata: { ...pod('b', '11').metadata, namespace: 'bank' } };
  (await server.next()).stream().initialEvents([inBank], '12');
  await holds('a/a@1', 'b/b@11');
  stream.error(410, 'Expired');
  await listsAnew([], '20');
  await holds('b/b@11');
});

test('states are told in their order', async () => {
  const states: unknown[] = [];
  const { stream } = await synced({
    onState: ({ lastError, ...state }) => states.push({ ...state, reason: lastError?.reason }),
  });
  stream.error(410, 'Expired');
  await listsAnew([], '11');
  await eventually(() =>
    expect(states).toEqual([
      { synced: false, watching: true, reason: undefined },
      { synced: true, watching: true, reason: undefined },
      { synced: true, watching: false, reason: 'Expired' },
      { synced: true, watching: true, reason: undefined },
    ]),
  );
});
