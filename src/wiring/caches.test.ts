import { afterEach, expect, test, vi } from 'vitest';
import { type Fault, startObjectServer } from '../../test/support/object-server.ts';
import { createClient } from '../kubernetes/client.ts';
import type { ReflectorState } from '../kubernetes/follower.ts';
import { createTransport } from '../kubernetes/transport.ts';
import { startCaches } from './caches.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

const ROUTE = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { hostnames: ['*.example.com'] },
};

async function cachesOf(faults: Record<string, Fault>) {
  const server = await startObjectServer([ROUTE], faults);
  const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
  const stopping = new AbortController();
  const told: string[] = [];
  const caches = startCaches({
    transport,
    client: createClient(transport),
    signal: stopping.signal,
    onError: (error) => told.push(String(error)),
    onState: (resource: string, { lastError }: ReflectorState) => {
      if (lastError !== undefined) told.push(`${resource} ${lastError.reason}`);
    },
    pace: { baseMilliseconds: 5, ceilingMilliseconds: 20 },
  });
  cleanUp.push(
    () => server.close(),
    () => transport.close(),
    () => stopping.abort(),
  );
  return { caches, told, asked: server.asked };
}

const timesAsked = (asked: readonly string[], plural: string): number =>
  asked.filter((path) => path.endsWith(plural)).length;

test('a cluster without the Gateway API is whole, and nothing is said of it', async () => {
  const { caches, told, asked } = await cachesOf({ HTTPRoute: 'unknown', Gateway: 'unknown' });
  await vi.waitFor(() => expect(timesAsked(asked, 'gateways')).toBeGreaterThan(3));
  await vi.waitFor(() => expect(caches.unsynced()).toEqual([]));
  expect(told).toEqual([]);
  expect(await caches.reader().list('HTTPRoute', { host: 'shop.example.com' })).toMatchObject({
    ok: false,
    reason: 'NotInstalled',
  });
});

test('that the Gateway API is installed later is seen', async () => {
  const faults: Record<string, Fault> = { HTTPRoute: 'unknown', Gateway: 'unknown' };
  const { caches } = await cachesOf(faults);
  await vi.waitFor(() => expect(caches.unsynced()).toEqual([]));
  delete faults.HTTPRoute;
  delete faults.Gateway;
  await vi.waitFor(async () =>
    expect(await caches.reader().list('HTTPRoute', { host: 'shop.example.com' })).toMatchObject({
      ok: true,
      value: [{ metadata: { name: 'web' } }],
    }),
  );
});

test('what the operator may not watch is told, whatever kind it is', async () => {
  const { caches, told } = await cachesOf({ HTTPRoute: 'forbidden' });
  await vi.waitFor(() => expect(told).toContain('httproutes Forbidden'));
  await vi.waitFor(() => expect(caches.unsynced()).toEqual([]));
});
