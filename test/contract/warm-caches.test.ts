import { afterEach, describe, expect, test, vi } from 'vitest';
import { createObjectsReader, type RawObject } from '../../src/evidence/cluster/objects.ts';
import { createTargetedReader } from '../../src/evidence/cluster/targeted.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import { startCaches } from '../../src/wiring/caches.ts';
import { startObjectServer } from '../support/object-server.ts';
import { judgeScenario, readScenario, readScenarioObjects, scenarioNames } from '../support/scenarios.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

/** An API server with these objects, and the operator's caches of it, which are full. */
async function cluster(objects: readonly RawObject[]) {
  const server = await startObjectServer(objects);
  const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }), {
    requestsPerSecond: 1000,
    burst: 1000,
  });
  const client = createClient(transport);
  const stopping = new AbortController();
  cleanUp.push(
    () => server.close(),
    () => transport.close(),
    () => stopping.abort(),
  );
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const caches = startCaches({ transport, client, signal: stopping.signal, onError, onState: () => {} });
  await vi.waitFor(() => expect(caches.unsynced()).toEqual([]), { interval: 5, timeout: 15_000 });
  expect(errors).toEqual([]);
  return { server, client, caches };
}

async function scenario(name: string) {
  const saved = await readScenario(name);
  const objects = await readScenarioObjects(name);
  return {
    objects,
    saved: { ...saved, sources: { ...saved.sources, reader: createObjectsReader(objects) } },
  };
}

/** Enough to come by every code and every layer. */
const oneInEight = scenarioNames().filter((_, index) => index % 8 === 0);

describe('with warm caches nothing is listed, and the verdict is the same', () => {
  test.each(oneInEight)('%s', async (name) => {
    const { objects, saved } = await scenario(name);
    const { server, caches } = await cluster(objects);
    expect(await judgeScenario(saved, caches.reader())).toEqual(await judgeScenario(saved));
    expect(server.listed).toEqual([]);
  });
});

/** Others that have nothing to do with it: in the same namespace, and in namespaces of their own. */
function crowd(services: number): readonly RawObject[] {
  return Array.from({ length: services }, (_, index) => {
    const namespace = index < 5 ? 'shop' : `team-${Math.floor(index / 10)}`;
    const metadata = {
      namespace,
      name: `other-${index}`,
      uid: `uid-${index}`,
      labels: { app: `o-${index}` },
    };
    const backend = { service: { name: metadata.name, port: { number: 80 } } };
    const paths = [{ path: '/', pathType: 'Prefix', backend }];
    const selector = { app: `o-${index}` };
    const containers = [{ name: 'web', image: 'other:1', ports: [{ containerPort: 8080 }] }];
    return [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector, ports: [{ port: 80 }] } },
      { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status: { phase: 'Running' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata,
        spec: { rules: [{ host: `other-${index}.example.com`, http: { paths } }] },
      },
    ];
  }).flat();
}

describe('what a diagnosis asks the API server for does not grow with the cluster', () => {
  const names = scenarioNames().filter((name) => name.startsWith('502--'));
  test.each(names.filter((_, index) => index % 8 === 0))('%s', async (name) => {
    const { objects, saved } = await scenario(name);
    const costs = await Promise.all(
      [10, 300].map(async (services) => {
        const { server, client, caches } = await cluster([...objects, ...crowd(services)]);
        const start = server.asked.length;
        await judgeScenario(saved, caches.reader());
        const warm = server.asked.length - start;
        await judgeScenario(saved, createTargetedReader(client));
        return { warm, cold: server.asked.length - start - warm };
      }),
    );
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[1]?.warm).toBeLessThanOrEqual(12);
    expect(costs[1]?.cold).toBeLessThanOrEqual(30);
  });
});
