import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEventStream } from '../../test/support/event-stream.ts';
import { createShownProbes, failing, fine } from '../../test/support/shown-probes.ts';
import { serveWeb, type WebOptions, type WebServer } from './server.ts';
import { createViewers, type User } from './viewers.ts';

/** A cluster where each token belongs to a user, who may list the StatusProbes of some namespaces. */
function startPage(more: Partial<WebOptions> = {}) {
  const probes = createShownProbes();
  const users = new Map<string, readonly string[]>([
    ['token-of-ann', ['shop']],
    ['token-of-bob', ['bank', 'shop']],
    ['token-of-root', ['*']],
    ['token-of-eve', []],
  ]);
  const errors: unknown[] = [];
  let clock = 0;
  const reviews = {
    userOf: async (token: string): Promise<User | undefined> =>
      users.has(token) ? { username: token.replace('token-of-', '') } : undefined,
    mayList: async ({ username }: User, namespace = '*') =>
      users.get(`token-of-${username}`)?.includes(namespace) === true,
  };
  return {
    probes,
    users,
    errors,
    reviews,
    /** All that was kept of rights is forgotten. */
    forget() {
      clock += 60_000;
    },
    async serve(): Promise<WebServer> {
      const server = await serveWeb({
        address: { host: '127.0.0.1', port: 0 },
        probes,
        viewerOf: createViewers({ reviews, now: () => clock }),
        onError: (error) => errors.push(error),
        paceMilliseconds: 5,
        stepsBetweenReviews: 2,
        ...more,
      });
      onTestFinished(() => server.close());
      return server;
    },
  };
}

async function get(server: WebServer, path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(new URL(path, server.url), { headers });
  return { code: response.status, headers: response.headers, text: await response.text() };
}

const as = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the page', () => {
  it('is sent to everybody, with every module that it imports, and forbids everything else', async () => {
    const server = await startPage().serve();
    const page = await get(server, '/?probe=shop/cart');
    expect(page.code).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
    );
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const files = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files).toContain('src/web/page/main.ts');
    const seen = new Set(files);
    for (const file of seen) {
      const { code, headers, text } = await get(server, file);
      expect([file, code, headers.get('cache-control')]).toEqual([file, 200, 'no-cache']);
      expect(headers.get('content-security-policy')).toBe(page.headers.get('content-security-policy'));
      if (!/\.(?:ts|js)$/.test(file)) continue;
      expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      for (const [, imported = ''] of text.matchAll(/\bfrom ?["'](\.[^"']+)["']/g)) {
        const url = new URL(imported, new URL(file, server.url)).pathname.slice(1);
        expect([file, imported, files.includes(url)]).toEqual([file, imported, true]);
      }
    }
    expect(page.text).not.toMatch(/<script>|<style|\son\w+=/);
  });

  it('is not sent again to who has it', async () => {
    const server = await startPage().serve();
    const { headers } = await get(server, '/');
    const again = await get(server, '/', { 'if-none-match': headers.get('etag') ?? '' });
    expect([again.code, again.text]).toEqual([304, '']);
  });

  it.each([
    '/etc/passwd',
    '/src/web/server.ts',
    '/src/web/page/../server.ts',
    '/src/web/page/%2e%2e/server.ts',
    '/src/web/page/selection.test.ts',
    '/node_modules/lit-html/package.json',
    '/api',
    '/api/probes/%zz/x',
  ])('%s is nothing', async (path) => {
    const { probes, serve } = startPage();
    probes.put('shop', 'cart', fine);
    const server = await serve();
    // fetch would resolve the dots itself.
    const sent = request(server.url, { path, headers: as('token-of-root') }).end();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(404);
    response.resume();
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('%s is refused', async (method) => {
    const server = await startPage().serve();
    const { status } = await fetch(new URL('api/stream', server.url), {
      method,
      headers: as('token-of-root'),
    });
    expect(status).toBe(405);
  });

  it('is served under its own names alone where they are known', async () => {
    const server = await startPage({ hostNames: ['127.0.0.1', 'localhost'] }).serve();
    const { port } = new URL(server.url);
    const codeFor = async (host: string) => {
      const sent = request(server.url, {
        headers: { host, ...as('token-of-root') },
        path: '/api/stream',
      }).end();
      const [response] = await once(sent, 'response');
      response.destroy();
      return response.statusCode as number;
    };
    expect(await codeFor(`localhost:${port}`)).toBe(200);
    expect(await codeFor(`127.0.0.1:${port}`)).toBe(200);
    expect(await codeFor(`rebound.attacker.test:${port}`)).toBe(421);
    expect(await codeFor('127.0.0.1.attacker.test')).toBe(421);
  });

  it('says in one sentence that its address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    await expect(startPage({ address: { host: '127.0.0.1', port } }).serve()).rejects.toThrow(
      `The page cannot be served at 127.0.0.1:${port}: `,
    );
  });
});

describe('who sees what', () => {
  it.each([
    ['no token', {}],
    ['a token that nobody has', as('made-up')],
    ['another scheme', { authorization: 'Basic dG9rZW4tb2Ytcm9vdDp4' }],
    ['two words', as('token-of-root and more')],
  ])('%s: 401, and nothing else', async (_, headers) => {
    const { probes, serve } = startPage();
    probes.put('shop', 'cart', fine);
    const server = await serve();
    for (const path of ['api/stream', 'api/probes/shop/cart', 'api/probes/shop/none', 'api/nothing']) {
      const { code, text, headers: answered } = await get(server, path, headers);
      expect([path, code, text]).toEqual([
        path,
        401,
        'Sign in: send a bearer token that is accepted here.\n',
      ]);
      expect(answered.get('www-authenticate')).toBe('Bearer realm="statusprobe"');
    }
  });

  it('one StatusProbe, with what may not be seen answered like what does not exist', async () => {
    const { probes, serve } = startPage();
    probes.put('shop', 'cart', failing('DevOps', 'ScaledToZero'));
    probes.put('bank', 'vault', failing('Developer', 'CrashLoop'));
    const server = await serve();
    const seen = await get(server, 'api/probes/shop/cart', as('token-of-ann'));
    expect(seen.headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(seen.text)).toEqual({
      namespace: 'shop',
      name: 'cart',
      status: { observedGeneration: 1, ...failing('DevOps', 'ScaledToZero') },
    });
    const hidden = await get(server, 'api/probes/bank/vault', as('token-of-ann'));
    const absent = await get(server, 'api/probes/bank/nothing', as('token-of-ann'));
    expect([hidden.code, hidden.text]).toEqual([404, 'There is nothing here that you may see.\n']);
    expect([absent.code, absent.text]).toEqual([hidden.code, hidden.text]);
  });

  it('the stream tells a viewer of the own namespaces alone: at first, of changes and of ends', async () => {
    const { probes, serve } = startPage();
    probes.put('shop', 'cart', fine);
    probes.put('bank', 'vault', fine);
    const server = await serve();
    const [ann, root] = await Promise.all([
      openEventStream(server.url, 'token-of-ann'),
      openEventStream(server.url, 'token-of-root'),
    ]);
    expect(ann.headers.get('content-type')).toBe('text/event-stream');
    expect(await ann.next()).toEqual({
      type: 'all',
      viewer: 'ann',
      probes: [
        {
          namespace: 'shop',
          name: 'cart',
          healthy: 'True',
          owner: 'None',
          reason: 'Healthy',
          target: 'http://shop.test/',
          since: '2026-11-23T09:00:00Z',
        },
      ],
    });
    expect(await root.next()).toMatchObject({ probes: [{ name: 'cart' }, { name: 'vault' }] });

    probes.put('bank', 'vault', failing('Developer', 'CrashLoop'));
    expect(await root.next()).toMatchObject({ type: 'changed', probes: [{ reason: 'CrashLoop' }], gone: [] });
    probes.delete('bank/vault');
    expect(await root.next()).toEqual({
      type: 'changed',
      probes: [],
      gone: [{ namespace: 'bank', name: 'vault' }],
    });
    probes.put('shop', 'cart', failing('DevOps', 'ScaledToZero'));
    expect(await ann.next()).toMatchObject({
      type: 'changed',
      probes: [{ reason: 'ScaledToZero' }],
      gone: [],
    });
    expect(ann.text).not.toMatch(/bank|vault|CrashLoop/);
    for (const stream of [ann, root]) stream.close();
  });

  it('a right that is given or taken away shows in the open stream', async () => {
    const { probes, users, serve, forget } = startPage();
    probes.put('shop', 'cart', fine);
    probes.put('bank', 'vault', fine);
    const server = await serve();
    const bob = await openEventStream(server.url, 'token-of-bob');
    expect(await bob.next()).toMatchObject({ probes: [{ name: 'cart' }, { name: 'vault' }] });
    users.set('token-of-bob', ['bank']);
    forget();
    expect(await bob.next()).toMatchObject({ type: 'all', probes: [{ name: 'vault' }] });
    users.set('token-of-bob', []);
    forget();
    expect(await bob.next()).toEqual({ type: 'all', viewer: 'bob', probes: [] });
    bob.close();
  });

  it('a token that is not accepted any more ends its stream', async () => {
    const { probes, users, serve, forget } = startPage();
    probes.put('shop', 'cart', fine);
    const ann = await openEventStream((await serve()).url, 'token-of-ann');
    await ann.next();
    users.delete('token-of-ann');
    forget();
    expect(await ann.next()).toBeUndefined();
  });

  it('where nobody can tell, nothing is shown and the operator is told why', async () => {
    const { probes, reviews, errors, serve } = startPage();
    probes.put('shop', 'cart', fine);
    const server = await serve();
    reviews.userOf = async () => {
      throw new Error('tokenreviews is forbidden');
    };
    const { code, text } = await get(server, 'api/probes/shop/cart', as('token-of-ann'));
    expect([code, text]).toEqual([
      503,
      'Nobody can tell now what you may see: the log of statusprobe says why.\n',
    ]);
    expect(errors).toEqual([new Error('tokenreviews is forbidden')]);
  });

  it('the API server is asked once a minute for each namespace, and made-up tokens do not queue up', async () => {
    const { probes, reviews, serve } = startPage();
    for (const name of ['a', 'b', 'c']) probes.put('shop', name, fine);
    const server = await serve();
    const asked: string[] = [];
    const { mayList } = reviews;
    reviews.mayList = async (user, namespace) => {
      asked.push(namespace ?? '*');
      return mayList(user, namespace);
    };
    for (const name of ['a', 'b', 'c']) await get(server, `api/probes/shop/${name}`, as('token-of-ann'));
    expect(asked).toEqual(['*', 'shop']);

    const held = Promise.withResolvers<undefined>();
    reviews.userOf = () => held.promise;
    const codes: number[] = [];
    const enough = Promise.withResolvers<void>();
    const flood = Array.from({ length: 60 }, async (_, index) => {
      const { code, headers } = await get(server, 'api/stream', as(`made-up-${index}`));
      codes.push(code);
      if (code === 503) expect(headers.get('retry-after')).toBe('1');
      if (codes.length === 28) enough.resolve();
    });
    await enough.promise;
    held.resolve(undefined);
    await Promise.all(flood);
    expect(codes).toEqual([...Array(28).fill(503), ...Array(32).fill(401)]);
  });
});
