import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Exchange,
  type ScriptedApiServer,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import { type Client, createClient } from './client.ts';
import { createEvent } from './events.ts';
import { DEPLOYMENTS, NODES, PODS, pathOf, SELF_SUBJECT_ACCESS_REVIEWS } from './resources.ts';
import { createTransport, type Transport } from './transport.ts';

let server: ScriptedApiServer;
let transport: Transport;
let client: Client;

beforeEach(async () => {
  server = await startScriptedApiServer();
  transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
  client = createClient(transport);
});

afterEach(async () => {
  transport.close();
  await server.close();
});

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web', resourceVersion: '7' },
  status: { replicas: 1 },
};

/** What goes over the wire for one call, which is answered with the Deployment. */
async function wireOf(call: Promise<unknown>) {
  const exchange = await server.next();
  exchange.json(DEPLOYMENT);
  const { method, path, query, body, headers } = exchange;
  return {
    request: `${method} ${path}`,
    query,
    body,
    contentType: headers['content-type'],
    answer: await call,
  };
}

const WEB = { namespace: 'shop', name: 'web' };
const DEPLOYMENT_PATH = '/apis/apps/v1/namespaces/shop/deployments/web';

describe('paths', () => {
  test.each([
    [PODS, {}, '/api/v1/pods'],
    [PODS, { namespace: 'shop' }, '/api/v1/namespaces/shop/pods'],
    [PODS, { namespace: 'shop', name: 'a', subresource: 'log' }, '/api/v1/namespaces/shop/pods/a/log'],
    [NODES, { namespace: 'shop', name: 'a' }, '/api/v1/nodes/a'],
    [
      DEPLOYMENTS,
      { namespace: 'a/../b', name: 'c?d#e' },
      '/apis/apps/v1/namespaces/a%2F..%2Fb/deployments/c%3Fd%23e',
    ],
  ])('%o %o', (resource, reference, path) => {
    expect(pathOf(resource, reference)).toBe(path);
  });

  test.each(['', '.', '..'])('%j is not a name', (name) => {
    expect(() => pathOf(PODS, { namespace: 'shop', name })).toThrow(`"${name}" is not a name of an object.`);
  });
});

describe('verbs', () => {
  test('get', async () => {
    expect(await wireOf(client.get(DEPLOYMENTS, WEB))).toMatchObject({
      request: `GET ${DEPLOYMENT_PATH}`,
      answer: DEPLOYMENT,
    });
  });

  test('create, also of objects without a namespace', async () => {
    expect(await wireOf(client.create(DEPLOYMENTS, DEPLOYMENT))).toMatchObject({
      request: 'POST /apis/apps/v1/namespaces/shop/deployments',
      body: DEPLOYMENT,
      contentType: 'application/json',
    });
    const review = { metadata: {}, spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    expect(await wireOf(client.create(SELF_SUBJECT_ACCESS_REVIEWS, review))).toMatchObject({
      request: 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: review,
    });
  });

  test('update', async () => {
    expect(await wireOf(client.update(DEPLOYMENTS, DEPLOYMENT))).toMatchObject({
      request: `PUT ${DEPLOYMENT_PATH}`,
      body: DEPLOYMENT,
    });
  });

  test('apply and applyStatus, with the resourceVersion as precondition', async () => {
    const options = { fieldManager: 'me', force: true };
    const wire = {
      query: { fieldManager: 'me', force: 'true' },
      body: DEPLOYMENT,
      contentType: 'application/apply-patch+yaml',
    };
    expect(await wireOf(client.apply(DEPLOYMENTS, DEPLOYMENT, options))).toMatchObject({
      request: `PATCH ${DEPLOYMENT_PATH}`,
      ...wire,
    });
    expect(await wireOf(client.applyStatus(DEPLOYMENTS, DEPLOYMENT, options))).toMatchObject({
      request: `PATCH ${DEPLOYMENT_PATH}/status`,
      ...wire,
    });
  });

  test('patch', async () => {
    const patch = { type: 'merge', body: { metadata: { labels: { a: 'b' } } } } as const;
    expect(await wireOf(client.patch(DEPLOYMENTS, { ...WEB, subresource: 'scale' }, patch))).toMatchObject({
      request: `PATCH ${DEPLOYMENT_PATH}/scale`,
      body: patch.body,
      contentType: 'application/merge-patch+json',
    });
  });

  test('delete, with preconditions', async () => {
    const wire = await wireOf(
      client.delete(DEPLOYMENTS, WEB, { preconditions: { uid: '1', resourceVersion: '2' } }),
    );
    expect(wire).toMatchObject({
      request: `DELETE ${DEPLOYMENT_PATH}`,
      body: { preconditions: { uid: '1', resourceVersion: '2' } },
      answer: undefined,
    });
  });

  test('an object without a name cannot be written', () => {
    expect(() => client.update(DEPLOYMENTS, { kind: 'Deployment', metadata: {} })).toThrow(
      'Deployment has no metadata.name.',
    );
  });

  test.each(['null', '3', '"text"'])('an answer that is %s is refused', async (answer) => {
    const call = client.get(DEPLOYMENTS, WEB);
    (await server.next()).send(answer, 200);
    await expect(call).rejects.toMatchObject({ reason: 'InvalidResponse' });
  });
});

describe('list', () => {
  const item = (name: string) => ({ metadata: { name } });
  const names = ({ items }: { items: readonly { metadata: { name?: string } }[] }) =>
    items.map(({ metadata }) => metadata.name);

  test('reads all pages, and gives each object its kind', async () => {
    const call = client.list(PODS, {
      namespace: 'shop',
      labelSelector: 'a=b',
      fieldSelector: 'c=d',
      limit: 2,
    });
    const first = await server.next();
    expect(first.query).toEqual({ labelSelector: 'a=b', fieldSelector: 'c=d', limit: '2' });
    first.list([item('a'), null, 'text', {}, item('b')], '10', 'more');
    const second = await server.next();
    expect(second.query).toEqual({
      labelSelector: 'a=b',
      fieldSelector: 'c=d',
      limit: '2',
      continue: 'more',
    });
    second.list([item('c')], '10');
    const { items, resourceVersion } = await call;
    expect(items).toEqual(['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', ...item(name) })));
    expect(resourceVersion).toBe('10');
  });

  test('begins anew when the server has forgotten it, three times at most', async () => {
    const call = client.list(PODS);
    (await server.next()).list([item('old')], '1', 'more');
    (await server.next()).status(410, 'Expired');
    (await server.next()).list([item('new')], '2');
    expect(names(await call)).toEqual(['new']);

    const failing = client.list(PODS);
    for (let attempts = 0; attempts < 3; attempts += 1) (await server.next()).status(410, 'Expired');
    await expect(failing).rejects.toMatchObject({ reason: 'Expired' });
  });

  test.each(['{}', 'null', '{"items":3}'])('%s is not a list', async (answer) => {
    const call = client.list(PODS);
    (await server.next()).send(answer, 200);
    await expect(call).rejects.toThrow('list /api/v1/pods: the answer is not a list');
  });
});

test('podLogs gives the text, within limits', async () => {
  const call = client.podLogs(WEB, { container: 'app', previous: true, tailLines: 10, limitBytes: 4096 });
  const exchange = await server.next();
  expect(exchange.path).toBe('/api/v1/namespaces/shop/pods/web/log');
  expect(exchange.query).toEqual({ container: 'app', previous: 'true', tailLines: '10', limitBytes: '4096' });
  exchange.send('línea 1\nlínea 2\n', 200);
  expect(await call).toBe('línea 1\nlínea 2\n');
});

describe('createEvent', () => {
  const fields = {
    type: 'Warning',
    reason: 'Failed',
    action: 'Probing',
    note: 'DevOps: broken',
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web', uid: '1' },
    reportingController: 'example.com/operator',
    reportingInstance: 'operator-1',
  } as const;

  const sent = async (call: Promise<void>): Promise<{ path: string; body: Record<string, unknown> }> => {
    const exchange: Exchange = await server.next();
    exchange.json(exchange.body, 201);
    await call;
    return { path: exchange.path, body: exchange.body as Record<string, unknown> };
  };

  test('sends an Event of events.k8s.io/v1 with a time of six digits', async () => {
    const { path, body } = await sent(createEvent(client, fields));
    expect(path).toBe('/apis/events.k8s.io/v1/namespaces/shop/events');
    expect(body).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'shop', generateName: 'web-' },
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      ...fields,
    });
  });

  test('puts those of cluster-scoped objects into the namespace default', async () => {
    const regarding = { apiVersion: 'v1', kind: 'Node', name: 'n' };
    const { path } = await sent(createEvent(client, { ...fields, regarding }));
    expect(path).toBe('/apis/events.k8s.io/v1/namespaces/default/events');
  });

  test('cuts a long note at 1024 bytes, between characters', async () => {
    const { body } = await sent(createEvent(client, { ...fields, note: `${'x'.repeat(1022)}€uro` }));
    expect(body.note).toBe('x'.repeat(1022));
  });
});
