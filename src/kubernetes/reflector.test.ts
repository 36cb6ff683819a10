import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ScriptedApiServer, startScriptedApiServer } from '../../test/support/scripted-api-server.ts';
import { startReflector } from './reflector.ts';
import { PODS } from './resources.ts';
import { createStore } from './store.ts';
import { createTransport, type Transport } from './transport.ts';

let server: ScriptedApiServer;
let transport: Transport;

beforeEach(async () => {
  server = await startScriptedApiServer();
  transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
});

afterEach(async () => {
  transport.close();
  await server.close();
});

const pod = (name: string, resourceVersion: string, uid = name) => ({
  metadata: { namespace: 'shop', name, uid, resourceVersion },
});

test('a watch-list stream fills the store and goes on as a watch', async () => {
  const store = createStore<string>();
  const events: string[] = [];
  store.subscribe(({ type, key }) => events.push(`${type} ${key}`));
  const reflector = startReflector({
    transport,
    resource: PODS,
    project: ({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`,
    sink: store,
  });
  const watch = await server.next();
  expect(watch.path).toBe('/api/v1/pods');
  expect(watch.query).toMatchObject({
    watch: 'true',
    allowWatchBookmarks: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
  });
  const stream = watch.stream();
  stream.initialEvents([pod('a', '1'), pod('b', '2')], '3');
  await reflector.whenSynced();
  expect(reflector.state).toEqual({ synced: true, watching: true });
  expect([...store.values()]).toEqual(['a@1', 'b@2']);
  stream.event('MODIFIED', pod('a', '4'));
  stream.event('DELETED', pod('b', '5'));
  await vi.waitFor(() => expect([...store.values()]).toEqual(['a@4']));
  expect(events).toEqual(['added shop/a', 'added shop/b', 'updated shop/a', 'deleted shop/b']);
  reflector.stop();
  await watch.closed;
});
