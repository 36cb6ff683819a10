import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Exchange,
  type ScriptedApiServer,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import { ApiError } from './api-error.ts';
import type { RequestObservation } from './sender.ts';
import { createTransport, type Transport, type TransportOptions } from './transport.ts';
import { unreachable } from './unreachable.ts';

let server: ScriptedApiServer;
const opened: Transport[] = [];

beforeEach(async () => {
  server = await startScriptedApiServer();
});

afterEach(async () => {
  for (const transport of opened.splice(0)) transport.close();
  await server.close();
});

function transportTo(url: string, options: TransportOptions = {}, token = () => 'one'): Transport {
  const transport = createTransport(
    async () => ({ server: url, headers: { authorization: `Bearer ${token()}` }, tls: {} }),
    options,
  );
  opened.push(transport);
  return transport;
}

const connect = (options?: TransportOptions) => transportTo(server.url, options);
const GET = { verb: 'get', path: '/api/v1/namespaces/a/pods/b' } as const;
const PATCH = { verb: 'patch', path: '/api/v1/namespaces/a/pods/b', body: {} } as const;

/** Takes the next request and answers it. */
const answer = async (how: (exchange: Exchange) => void) => {
  const exchange = await server.next();
  how(exchange);
  return exchange;
};

const ok = (exchange: Exchange) => exchange.json({ ok: true });

describe('one call', () => {
  test('carries path, query, body, credentials and content type, and gives the JSON of the answer', async () => {
    const call = connect({ userAgent: 'operator/1' }).request({
      verb: 'patch',
      path: '/apis/apps/v1/deployments/a',
      query: { fieldManager: 'me', force: true, absent: undefined },
      body: { spec: 'ü' },
      contentType: 'application/merge-patch+json',
    });
    const { method, path, query, body, headers } = await answer(ok);
    expect({ method, path, query, body }).toEqual({
      method: 'PATCH',
      path: '/apis/apps/v1/deployments/a',
      query: { fieldManager: 'me', force: 'true' },
      body: { spec: 'ü' },
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer one',
      'content-type': 'application/merge-patch+json',
      'user-agent': 'operator/1',
      accept: 'application/json',
      'accept-encoding': 'gzip',
    });
    expect(await call).toEqual({ ok: true });
  });

  test('reads a gzipped answer', async () => {
    const call = connect().request(GET);
    await answer((exchange) =>
      exchange.send(gzipSync(JSON.stringify({ big: 'x'.repeat(10_000) })), 200, {
        'content-encoding': 'gzip',
      }),
    );
    expect(await call).toEqual({ big: 'x'.repeat(10_000) });
  });

  test('goes over one connection, one call after the other', async () => {
    const transport = connect();
    server.answerAll(ok);
    for (let calls = 0; calls < 20; calls += 1) await transport.request(GET);
    expect(server.connections).toBe(1);
  });

  test('many at once share the bounded pool', async () => {
    const transport = connect({ maximumConnections: 3 });
    server.answerAll(ok);
    await Promise.all(Array.from({ length: 40 }, () => transport.request(GET)));
    expect(server.connections).toBe(3);
  });

  test('an urgent one passes a pool and a rate limit that others fill', async () => {
    const transport = connect({ maximumConnections: 1, requestsPerSecond: 0.01, burst: 1 });
    const held = transport.request(GET);
    const taken = await server.next();
    const controller = new AbortController();
    const waiting = transport.request({ ...GET, signal: controller.signal });
    const urgent = transport.request({ ...GET, urgent: true });
    await answer(ok);
    expect(await urgent).toEqual({ ok: true });
    ok(taken);
    await held;
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a failure says verb, path, status, reason and the words of the server', () => {
  test('a Kubernetes Status', async () => {
    const call = connect().request(GET);
    await answer((exchange) => exchange.status(404, 'NotFound'));
    await expect(call).rejects.toMatchObject({
      name: 'ApiError',
      verb: 'get',
      path: GET.path,
      status: 404,
      reason: 'NotFound',
      message: 'get /api/v1/namespaces/a/pods/b: 404 NotFound: scripted NotFound',
    });
  });

  test('a page of a proxy in between', async () => {
    const call = connect().request(PATCH);
    await answer((exchange) => exchange.send('<h1>Bad Gateway</h1>\n<p>', 502));
    await expect(call).rejects.toMatchObject({
      status: 502,
      reason: 'HTTP502',
      message: `patch ${GET.path}: 502 HTTP502: <h1>Bad Gateway</h1>`,
    });
  });

  test('an answer that is not JSON', async () => {
    const call = connect().request(GET);
    await answer((exchange) => exchange.send('hello', 200));
    await expect(call).rejects.toMatchObject({
      reason: 'InvalidResponse',
      message: `get ${GET.path}: the answer is not JSON`,
    });
  });

  test('a server that is not there: one sentence with its address', async () => {
    const { url } = server;
    await server.close();
    const call = transportTo(url, { deadlineMilliseconds: 100 }).request(GET);
    const error = await call.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: undefined,
      reason: 'Unreachable',
      message: `get ${GET.path}: cannot reach the API server at ${url}: the connection was refused`,
    });
  });

  test.each([
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND api', 'its host name does not resolve'],
    ['EHOSTUNREACH', 'connect EHOSTUNREACH', 'there is no route to its host'],
    [
      'CERT_HAS_EXPIRED',
      'certificate has expired',
      'its certificate is not trusted: certificate has expired',
    ],
    ['EPROTO', 'wrong version number', 'wrong version number'],
  ])('%s in words', (code, message, words) => {
    const error = unreachable(GET, 'https://api:6443', {
      cause: Object.assign(new Error(message), { code }),
      sent: false,
    });
    expect(error.message).toBe(`get ${GET.path}: cannot reach the API server at https://api:6443: ${words}`);
  });

  test('credentials that cannot be read', async () => {
    const transport = createTransport(() => Promise.reject(new Error('no such file: token')));
    await expect(transport.request(GET)).rejects.toMatchObject({
      reason: 'NoCredentials',
      message: `get ${GET.path}: cannot read the credentials for the API server: no such file: token`,
    });
  });
});

describe('limits', () => {
  test('a call without an answer ends with its deadline, and its connection with it', async () => {
    const call = connect().request({ ...GET, deadlineMilliseconds: 50 });
    const exchange = await server.next();
    await expect(call).rejects.toMatchObject({
      reason: 'Timeout',
      message: `get ${GET.path}: no answer within 0.05 s`,
    });
    await exchange.closed;
  });

  test('an aborted call fails with the reason of its signal', async () => {
    const controller = new AbortController();
    const call = connect().request({ ...GET, signal: controller.signal });
    const exchange = await server.next();
    const reason = new Error('stopping');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await exchange.closed;
    await expect(connect().request({ ...GET, signal: controller.signal })).rejects.toBe(reason);
  });

  test('an abort while waiting for a retry or for the rate limit is seen at once', async () => {
    const controller = new AbortController();
    const transport = connect({ requestsPerSecond: 0.001, burst: 1 });
    const retrying = transport.request({ ...GET, signal: controller.signal });
    await answer((exchange) => exchange.status(429, 'TooManyRequests', { 'retry-after': '10' }));
    const limited = transport.request({ ...GET, signal: controller.signal });
    controller.abort(new Error('stopping'));
    await expect(retrying).rejects.toThrow('stopping');
    await expect(limited).rejects.toThrow('stopping');
  });

  test('a write does not wait behind reads', async () => {
    const transport = connect({ requestsPerSecond: 0.001, burst: 1 });
    const asked: string[] = [];
    server.answerAll((exchange) => {
      asked.push(exchange.path);
      exchange.json({});
    });
    await transport.request({ verb: 'get', path: '/read' });
    const stopping = new AbortController();
    const waiting = transport.request({ verb: 'get', path: '/late', signal: stopping.signal });
    await transport.request({ verb: 'patch', path: '/write', body: {} });
    stopping.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(asked).toEqual(['/read', '/write']);
  });

  test('calls beyond the burst come at the rate', async () => {
    const transport = connect({ requestsPerSecond: 20, burst: 2 });
    server.answerAll(ok);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 5 }, () => transport.request(GET)));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
  });
});

describe('retries', () => {
  const FAULTS: Record<string, (exchange: Exchange) => void> = {
    '429': (exchange) => exchange.status(429, 'TooManyRequests'),
    '500': (exchange) => exchange.status(500, 'InternalError'),
    '503': (exchange) => exchange.status(503, 'ServiceUnavailable'),
    reset: (exchange) => exchange.reset(),
    'a cut body': (exchange) => {
      exchange.stream().raw('{"ok":');
      setImmediate(() => exchange.reset());
    },
    'a cut gzip body': (exchange) => {
      const whole = gzipSync('{"ok":true}');
      exchange.send(whole.subarray(0, whole.length - 9), 200, { 'content-encoding': 'gzip' });
    },
  };

  test.each(Object.keys(FAULTS))('a read is repeated after %s', async (name) => {
    const call = connect().request(GET);
    await answer(FAULTS[name] as (exchange: Exchange) => void);
    await answer(ok);
    expect(await call).toEqual({ ok: true });
  });

  test.each(['500', '503', 'reset', 'a cut body', 'a cut gzip body'])(
    'a write is not repeated after %s',
    async (name) => {
      const call = connect().request(PATCH);
      await answer(FAULTS[name] as (exchange: Exchange) => void);
      await expect(call).rejects.toBeInstanceOf(ApiError);
      expect(server.waiting).toBe(0);
    },
  );

  test('a write that was refused by a 429 is repeated: it was not done', async () => {
    const call = connect().request(PATCH);
    await answer(FAULTS['429'] as (exchange: Exchange) => void);
    await answer(ok);
    expect(await call).toEqual({ ok: true });
  });

  test('a write is repeated while no connection comes about', async () => {
    const { port } = new URL(server.url);
    await server.close();
    const call = transportTo(`http://127.0.0.1:${port}`).request(PATCH);
    server = await startScriptedApiServer({ port: Number(port) });
    await answer(ok);
    expect(await call).toEqual({ ok: true });
  });

  test('Retry-After is waited for', async () => {
    const call = connect().request(GET);
    await answer((exchange) => exchange.status(429, 'TooManyRequests', { 'retry-after': '1' }));
    const askedAt = performance.now();
    await answer(ok);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(990);
    await call;
  });

  test('a Retry-After beyond the deadline fails at once', async () => {
    const call = connect().request({ ...GET, deadlineMilliseconds: 5_000 });
    await answer((exchange) => exchange.status(503, 'ServiceUnavailable', { 'retry-after': '60' }));
    await expect(call).rejects.toMatchObject({ status: 503, retryAfterMilliseconds: 60_000 });
  });

  test.each([400, 403, 404, 409, 410, 422])('%i is never repeated', async (code) => {
    const call = connect().request(GET);
    await answer((exchange) => exchange.status(code, 'Whatever'));
    await expect(call).rejects.toMatchObject({ status: code });
    expect(server.waiting).toBe(0);
  });

  test('a fence is asked when the connection is ready, not before', async () => {
    let allowed = true;
    const transport = connect({ maximumConnections: 1 });
    const first = transport.request(GET);
    const exchange = await server.next();
    const waiting = transport.request({
      ...PATCH,
      fence: () => {
        if (!allowed) throw new Error('fenced');
      },
    });
    allowed = false;
    ok(exchange);
    await first;
    await expect(waiting).rejects.toThrow('fenced');
    expect(server.waiting).toBe(0);
  });

  test('a fence stops the attempt that comes after the right has lapsed', async () => {
    let allowed = true;
    const fence = () => {
      if (!allowed) throw new Error('fenced');
    };
    const call = connect().request({ ...PATCH, fence });
    await answer((exchange) => {
      allowed = false;
      exchange.status(429, 'TooManyRequests');
    });
    await expect(call).rejects.toThrow('fenced');
    expect(server.waiting).toBe(0);
  });
});

describe('credentials', () => {
  test('a 401 is answered once with credentials that were read anew, also for a write', async () => {
    let reads = 0;
    const transport = transportTo(server.url, {}, () => `token-${++reads}`);
    const call = transport.request(PATCH);
    const first = await answer((exchange) => exchange.status(401, 'Unauthorized'));
    const second = await answer(ok);
    expect([first.headers.authorization, second.headers.authorization]).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    await call;
    const refused = transport.request(GET);
    await answer((exchange) => exchange.status(401, 'Unauthorized'));
    await answer((exchange) => exchange.status(401, 'Unauthorized'));
    await expect(refused).rejects.toMatchObject({ reason: 'Unauthorized' });
    expect(server.waiting).toBe(0);
  });

  test('calls that get a 401 together read the credentials once', async () => {
    let reads = 0;
    const transport = transportTo(server.url, {}, () => `token-${++reads}`);
    server.answerAll((exchange) =>
      exchange.headers.authorization === 'Bearer token-1'
        ? exchange.status(401, 'Unauthorized')
        : ok(exchange),
    );
    await Promise.all(Array.from({ length: 10 }, () => transport.request(GET)));
    expect(reads).toBe(2);
  });
});

describe('streams', () => {
  const WATCH = { verb: 'watch', path: '/api/v1/pods', inactivityMilliseconds: 1_000 } as const;
  const textOf = async (chunks: AsyncIterable<Buffer>) => {
    let text = '';
    for await (const chunk of chunks) text += chunk;
    return text;
  };

  test('give bytes as they come, on connections of their own, uncompressed', async () => {
    const transport = connect({ maximumConnections: 1 });
    const opening = [transport.stream(WATCH), transport.stream(WATCH)];
    const exchanges = [await server.next(), await server.next()];
    const streams = exchanges.map((exchange) => exchange.stream());
    const texts = Promise.all((await Promise.all(opening)).map(textOf));
    const call = transport.request(GET);
    await answer(ok);
    expect(await call).toEqual({ ok: true });
    for (const stream of streams) {
      stream.raw('one ');
      stream.raw('two');
      stream.end();
    }
    expect(await texts).toEqual(['one two', 'one two']);
    expect(exchanges[0]?.headers['accept-encoding']).toBeUndefined();
  });

  test('fail when silent for too long, but not before', async () => {
    const opening = connect().stream({ ...WATCH, inactivityMilliseconds: 500 });
    const exchange = await server.next();
    const stream = exchange.stream();
    const text = textOf(await opening).catch((error: unknown) => error);
    const startedAt = performance.now();
    const feed = setInterval(() => stream.raw('.'), 20);
    setTimeout(() => clearInterval(feed), 800);
    expect(await text).toMatchObject({
      reason: 'Timeout',
      message: 'watch /api/v1/pods: the stream was silent for 0.5 s',
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_200);
    await exchange.closed;
  });

  test('end with the signal, and with the reader that goes away', async () => {
    const controller = new AbortController();
    const opening = connect().stream({ ...WATCH, signal: controller.signal });
    const exchange = await server.next();
    exchange.stream().raw('x');
    const text = textOf(await opening).catch((error: unknown) => error);
    const reason = new Error('stopping');
    controller.abort(reason);
    expect(await text).toBe(reason);
    await exchange.closed;

    const again = connect().stream(WATCH);
    const second = await server.next();
    second.stream().raw('x');
    for await (const _ of await again) break;
    await second.closed;
  });

  test('that are silent end when two calls in a row get no answer, others do not', async () => {
    const transport = connect();
    const open = async () => {
      const opening = transport.stream({ ...WATCH, inactivityMilliseconds: 60_000 });
      const stream = (await server.next()).stream();
      const outcome = textOf(await opening).catch((error: unknown) => error);
      return { stream, outcome };
    };
    const silent = await open();
    const lively = await open();
    const unanswered = async () => {
      const call = transport.request({ ...PATCH, deadlineMilliseconds: 1_050 });
      await server.next();
      lively.stream.raw('.');
      await expect(call).rejects.toMatchObject({ reason: 'Timeout' });
    };
    await unanswered();
    const call = transport.request(GET);
    await answer(ok);
    await call;
    await unanswered();
    await unanswered();
    expect(await silent.outcome).toMatchObject({
      reason: 'Unreachable',
      message: 'watch /api/v1/pods: the connection was silent while calls got no answer',
    });
    lively.stream.end();
    expect(await lively.outcome).toBe('...');
  });

  test('and calls that nobody answered end when a later call is answered', async () => {
    const transport = connect();
    const lost = [
      transport.stream({ ...WATCH, deadlineMilliseconds: 60_000 }),
      transport.request({ ...PATCH, deadlineMilliseconds: 60_000 }),
    ].map((call) => call.catch((error: unknown) => error));
    await server.next();
    await server.next();
    let returns = 0;
    transport.onBack(() => {
      returns += 1;
    });
    for (let calls = 0; calls < 2; calls += 1) {
      const call = transport.request({ ...PATCH, deadlineMilliseconds: 1_050 });
      await server.next();
      await expect(call).rejects.toMatchObject({ reason: 'Timeout' });
    }
    const call = transport.request(GET);
    await answer(ok);
    await call;
    const ended = {
      reason: 'Unreachable',
      message: expect.stringMatching(/silent while calls got no answer$/),
    };
    expect(await Promise.all(lost)).toEqual([expect.objectContaining(ended), expect.objectContaining(ended)]);
    expect(returns).toBe(1);
  });

  test('a cut is an error, an orderly end is not', async () => {
    const opening = connect().stream(WATCH);
    const stream = (await server.next()).stream();
    stream.raw('x');
    const text = textOf(await opening).catch((error: unknown) => error);
    stream.reset();
    expect(await text).toMatchObject({ reason: 'Unreachable', verb: 'watch' });
  });
});

test('every attempt is observed with verb, method, host, code and duration', async () => {
  const seen: RequestObservation[] = [];
  const call = connect({ observe: (observation) => seen.push(observation) }).request(GET);
  await answer((exchange) => exchange.reset());
  await answer((exchange) => exchange.status(429, 'TooManyRequests'));
  await answer(ok);
  await call;
  const { host } = new URL(server.url);
  const expected = (code: string) => ({
    verb: 'get',
    method: 'GET',
    host,
    code,
    durationMilliseconds: expect.any(Number),
  });
  expect(seen).toEqual([expected('<error>'), expected('429'), expected('200')]);
});
