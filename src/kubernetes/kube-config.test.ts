import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  type Exchange,
  type ScriptedApiServer,
  type ServerSettings,
  startScriptedApiServer,
} from '../../test/support/scripted-api-server.ts';
import { createAuthority, type TestAuthority } from '../../test/support/test-certificates.ts';
import { inClusterAccess, type ReadAccess } from './cluster-access.ts';
import { kubeConfigAccess } from './kube-config.ts';
import { createTransport, type Transport } from './transport.ts';

const GET = { verb: 'get', path: '/version' } as const;
const ok = (exchange: Exchange) => exchange.json({ ok: true });

let authority: TestAuthority;
let other: TestAuthority;
let directory: string;
let server: ScriptedApiServer;
const transports: Transport[] = [];

beforeAll(async () => {
  [authority, other] = await Promise.all([createAuthority('One'), createAuthority('Other')]);
});

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'kube-config-'));
});

afterEach(async () => {
  for (const transport of transports.splice(0)) transport.close();
  await server?.close();
  await rm(directory, { recursive: true });
});

const inDirectory = (name: string) => path.join(directory, name);

async function startHttps(issuer = authority, settings: ServerSettings = {}): Promise<void> {
  const { cert, key } = await issuer.issue(['127.0.0.1', 'api.invalid']);
  server = await startScriptedApiServer({ ...settings, tls: { cert, key, ca: authority.pem } });
}

function connect(read: ReadAccess): Transport {
  const transport = createTransport(read);
  transports.push(transport);
  return transport;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Parts {
  readonly user?: object;
  readonly cluster?: object;
}

async function writeConfig({ user = {}, cluster = {} }: Parts = {}): Promise<string> {
  const ca = { 'certificate-authority-data': base64(authority.pem) };
  const config = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me', namespace: 'shop' } }],
    clusters: [{ name: 'here', cluster: { server: server.url, ...ca, ...cluster } }],
    users: [{ name: 'me', user }],
  };
  const file = inDirectory('config');
  await writeFile(file, stringify(config));
  return file;
}

async function connectBy(parts: Parts): Promise<Transport> {
  const file = await writeConfig(parts);
  const { read, namespace } = await kubeConfigAccess({ files: [file] });
  expect(namespace).toBe('shop');
  return connect(read);
}

describe('a kubeconfig', () => {
  test.each([
    [{ token: 'secret' }, 'Bearer secret'],
    [{ username: 'me', password: 'pass' }, `Basic ${base64('me:pass')}`],
    [{}, undefined],
  ])('with the user %j', async (user, authorization) => {
    await startHttps();
    const call = (await connectBy({ user })).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBe(authorization);
    ok(exchange);
    expect(await call).toEqual({ ok: true });
  });

  test('with a token file beside it, read anew after a 401', async () => {
    await startHttps();
    await writeFile(inDirectory('token'), 'first\n');
    const call = (await connectBy({ user: { token: 'old', tokenFile: 'token' } })).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBe('Bearer first');
    await writeFile(inDirectory('token'), 'second\n');
    exchange.status(401, 'Unauthorized');
    const again = await server.next();
    expect(again.headers.authorization).toBe('Bearer second');
    ok(again);
    expect(await call).toEqual({ ok: true });
  });

  test('with the token of an identity provider', async () => {
    await startHttps();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ exp: 4_000_000_000 })}.x`;
    const call = (
      await connectBy({ user: { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } } })
    ).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBe(`Bearer ${token}`);
    ok(exchange);
    await call;
  });

  test('of two files, of which the first one counts', async () => {
    await startHttps();
    const users = (token: string) => ({ users: [{ name: 'me', user: { token } }] });
    await writeFile(inDirectory('mine'), stringify(users('mine')));
    await writeConfig({ user: { token: 'ours' } });
    const { read } = await kubeConfigAccess({ files: [inDirectory('mine'), inDirectory('config')] });
    const call = connect(read).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBe('Bearer mine');
    ok(exchange);
    await call;
  });

  test('with impersonation', async () => {
    await startHttps();
    const call = (await connectBy({ user: { token: 'secret', as: 'jane' } })).request(GET);
    const exchange = await server.next();
    expect(exchange.headers['impersonate-user']).toBe('jane');
    ok(exchange);
    await call;
  });

  test('with a client certificate from files, and another one after these have changed', async () => {
    await startHttps();
    const write = async (name: string) => {
      const { cert, key } = await authority.issue([name]);
      await writeFile(inDirectory('cert'), cert);
      await writeFile(inDirectory('key'), key);
    };
    await write('first');
    const transport = await connectBy({ user: { 'client-certificate': 'cert', 'client-key': 'key' } });
    const call = transport.request(GET);
    const exchange = await server.next();
    expect(exchange.clientName).toBe('first');
    await write('second');
    exchange.status(401, 'Unauthorized');
    const second = await server.next();
    expect(second.clientName).toBe('second');
    ok(second);
    await call;
  });

  test('with tls-server-name', async () => {
    const { cert, key } = await authority.issue(['api.internal']);
    server = await startScriptedApiServer({ tls: { cert, key } });
    server.answerAll(ok);
    await expect((await connectBy({})).request(GET)).rejects.toThrow(
      /its certificate is not trusted: .*127\.0\.0\.1/,
    );
    const transport = await connectBy({ cluster: { 'tls-server-name': 'api.internal' } });
    expect(await transport.request(GET)).toEqual({ ok: true });
  });

  test('over plain http, without credentials, as for `kubectl proxy`', async () => {
    server = await startScriptedApiServer();
    const call = (await connectBy({ user: { token: 'secret' } })).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.authorization).toBeUndefined();
    ok(exchange);
    await call;
  });

  test('with an HTTP proxy', async () => {
    server = await startScriptedApiServer();
    const proxied = { 'proxy-url': server.url, server: 'http://api.invalid:6443' };
    const call = (await connectBy({ cluster: proxied })).request(GET);
    const exchange = await server.next();
    expect(exchange.headers.host).toBe('api.invalid:6443');
    ok(exchange);
    await call;
  });
});

test('an HTTPS server is reached through a tunnel of the proxy', async () => {
  await startHttps();
  const tunnels: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const { port } = new URL(server.url);
    const upstream = createConnection(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const fences: string[] = [];
  const transport = await connectBy({
    user: { token: 'secret' },
    cluster: {
      'proxy-url': `http://127.0.0.1:${port}`,
      server: 'https://api.invalid:6443',
    },
  });
  const call = transport.request({ ...GET, fence: () => fences.push('asked') });
  const exchange = await server.next();
  expect(exchange.headers.authorization).toBe('Bearer secret');
  ok(exchange);
  expect(await call).toEqual({ ok: true });
  expect([tunnels, fences]).toEqual([['api.invalid:6443'], ['asked']]);
  transport.close();
  proxy.close();
});

describe('an exec plugin', () => {
  /** Counts its runs in a file and gives the count as token. */
  async function plugin(): Promise<object> {
    const script = inDirectory('plugin.sh');
    const credential = '{"kind":"ExecCredential","status":{"token":"run-%s"}}';
    const lines = [
      `echo run >>"${inDirectory('runs')}"`,
      `printf %s "$KUBERNETES_EXEC_INFO" >"${inDirectory('info')}"`,
      `printf '${credential}' "$(wc -l <"${inDirectory('runs')}")"`,
    ];
    await writeFile(script, lines.join('\n'));
    return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: [script] } };
  }

  test('runs once for many calls, and once more after a 401', async () => {
    await startHttps();
    const transport = await connectBy({ user: await plugin() });
    server.answerAll(ok);
    await Promise.all(Array.from({ length: 10 }, () => transport.request(GET)));
    expect(await readFile(inDirectory('runs'), 'utf8')).toBe('run\n');
    expect(JSON.parse(await readFile(inDirectory('info'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false },
    });
    server.answerAll((exchange) =>
      exchange.headers.authorization === 'Bearer run-1' ? exchange.status(401, 'Unauthorized') : ok(exchange),
    );
    await Promise.all(Array.from({ length: 10 }, () => transport.request(GET)));
    expect(await readFile(inDirectory('runs'), 'utf8')).toBe('run\nrun\n');
  });

  test('that is not installed is named', async () => {
    await startHttps();
    const transport = await connectBy({
      user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin' } },
    });
    await expect(transport.request(GET)).rejects.toThrow(
      // EACCES where the PATH has a folder that its user may not read.
      /^get \/version: cannot read the credentials for the API server: spawn no-such-plugin (ENOENT|EACCES)$/,
    );
  });
});

describe('the access of a Pod', () => {
  const mount = async (token: string, ca = authority.pem) => {
    await writeFile(inDirectory('token'), `${token}\n`);
    await writeFile(inDirectory('ca.crt'), ca);
  };
  const connectInCluster = () => {
    const { hostname: host, port } = new URL(server.url);
    return connect(inClusterAccess({ host, port, directory }));
  };

  test('is its token, read anew after a 401', async () => {
    await startHttps();
    await mount('old');
    const call = connectInCluster().request(GET);
    const refused = await server.next();
    expect(refused.headers.authorization).toBe('Bearer old');
    await mount('new');
    refused.status(401, 'Unauthorized');
    const accepted = await server.next();
    expect(accepted.headers.authorization).toBe('Bearer new');
    ok(accepted);
    expect(await call).toEqual({ ok: true });
  });

  test('goes on after the CA was rotated', async () => {
    await startHttps();
    await mount('token');
    const transport = connectInCluster();
    server.answerAll(ok);
    await transport.request(GET);
    const port = Number(new URL(server.url).port);
    await server.close();
    await startHttps(other, { port });
    server.answerAll(ok);
    await expect(transport.request(GET)).rejects.toThrow(/its certificate is not trusted/);
    await mount('token', other.pem);
    expect(await transport.request(GET)).toEqual({ ok: true });
  });

  test('by an IPv6 address', async () => {
    await mount('token');
    const access = await inClusterAccess({ host: 'fd00::1', port: '443', directory })(false);
    expect(access.server).toBe('https://[fd00::1]:443');
  });
});

describe('what is wrong is said in one sentence', () => {
  const explain = (settings: Parameters<typeof kubeConfigAccess>[0]) =>
    kubeConfigAccess(settings).then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  test('no such file', async () => {
    const file = inDirectory('absent');
    expect(await explain({ files: [file] })).toBe(
      `The kubeconfig cannot be read: ENOENT: no such file or directory, open '${file}'`,
    );
  });

  test('no such context', async () => {
    server = await startScriptedApiServer();
    const file = await writeConfig();
    expect(await explain({ files: [file], context: 'there' })).toBe(
      'The kubeconfig has no context "there"; it has: here.',
    );
  });

  test.each([
    ['not YAML', '{{', /^The kubeconfig cannot be read: [^\n]+$/],
    ['empty', '', /^The kubeconfig /],
    [
      'no cluster',
      'current-context: a\ncontexts: [{name: a, context: {cluster: b}}]',
      /^The kubeconfig has no cluster for the context "a"\.$/,
    ],
    [
      'a cluster without server',
      'clusters: [{name: a, cluster: {}}]',
      /^The kubeconfig cannot be read: .*server is missing/,
    ],
  ])('%s', async (_, content, message) => {
    await writeFile(inDirectory('config'), content);
    expect(await explain({ files: [inDirectory('config')] })).toMatch(message);
  });
});
