import { createServer } from 'node:http';
import { createServer as createHTTPSServer } from 'node:https';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, listen, serveHTTP, serveHTTPS } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import {
  createAuthority,
  type TestAuthority,
  type TestCertificate,
} from '../../test/support/test-certificates.ts';

let authority: TestAuthority;
let certificate: TestCertificate;

beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['localhost', 'shop.example']);
});

interface LocalProxy extends LocalServer {
  readonly asked: { line: string; authorization: string | undefined }[];
}

/** Answers plain requests itself; opens tunnels to `port` whatever the name, or refuses them with `refuse`. */
async function serveProxy(
  port: number,
  { refuse, tls = false }: { refuse?: number; tls?: boolean } = {},
): Promise<LocalProxy> {
  const asked: LocalProxy['asked'] = [];
  const server = tls ? createHTTPSServer({ ...certificate }) : createServer();
  server.on('request', ({ method, url, headers }, response) => {
    asked.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] });
    response.end(`for ${headers.host}`);
  });
  server.on('connect', ({ url, headers }, socket) => {
    asked.push({ line: `CONNECT ${url}`, authorization: headers['proxy-authorization'] });
    if (refuse !== undefined) return socket.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const onward = connect(port, '127.0.0.1');
    onward.on('error', () => {});
    onward.pipe(socket).pipe(onward);
  });
  return { ...(await listen(server, tls ? 'https' : 'http')), asked };
}

describe('a proxy', () => {
  it('is asked for the whole URL of plain HTTP', async () => {
    const proxy = await serveProxy(0);
    const settings = { url: proxy.origin, username: 'user', password: 'password' };
    const observation = await probeLoopback('http://shop.example/path?a=1', { proxy: settings });
    expect(observation).toMatchObject({
      success: true,
      bodyStart: 'for shop.example',
      remoteAddress: `127.0.0.1:${proxy.port}`,
    });
    expect(proxy.asked).toEqual([
      { line: 'GET http://shop.example/path?a=1', authorization: 'Basic dXNlcjpwYXNzd29yZA==' },
    ]);
  });

  it('opens a tunnel for https, and never sees the credentials of the target', async () => {
    const target = await serveHTTPS({ ...certificate }, ({ headers }, response) => {
      response.end(`${headers.authorization} ${headers['proxy-authorization']}`);
    });
    const proxy = await serveProxy(target.port);
    const observation = await probeLoopback('https://shop.example/', {
      proxy: { url: proxy.origin },
      bearerToken: 'my',
      tls: { ca: authority.pem },
    });
    expect(observation).toMatchObject({ success: true, bodyStart: 'Bearer … undefined' });
    expect(proxy.asked).toEqual([{ line: 'CONNECT shop.example:443', authorization: undefined }]);
  });

  it('may speak TLS itself', async () => {
    const target = await serveHTTPS({ ...certificate }, (_, response) => response.end('hello'));
    const proxy = await serveProxy(target.port, { tls: true });
    const observation = await probeLoopback('https://shop.example/', {
      proxy: { url: `https://localhost:${proxy.port}` },
      tls: { ca: authority.pem },
    });
    expect(observation).toMatchObject({ success: true, bodyStart: 'hello' });
  });

  it('that refuses the tunnel is named', async () => {
    const proxy = await serveProxy(0, { refuse: 407 });
    const { failure } = await probeLoopback('https://shop.example/', { proxy: { url: proxy.origin } });
    expect(failure).toEqual({
      phase: 'Connect',
      reason: 'ProxyRefused',
      message: 'The proxy answered 407 when asked for a tunnel to shop.example:443.',
    });
  });

  it.each([
    ['http://169.254.169.254/', 'CloudMetadata'],
    ['https://metadata.google.internal/', 'CloudMetadata'],
    ['http://10.0.0.1/', 'PrivateAddress'],
  ])('is not asked for %s', async (url, rule) => {
    const proxy = await serveProxy(0);
    const { refusal } = await probeLoopback(url, { proxy: { url: proxy.origin } });
    expect(refusal).toMatchObject({ rule, purpose: 'target' });
    expect(proxy.connections()).toBe(0);
  });

  it('is asked for names that cannot be resolved here', async () => {
    const proxy = await serveProxy(0);
    const { success } = await probeLoopback('http://only-outside.example/', { proxy: { url: proxy.origin } });
    expect(success).toBe(true);
  });

  it('is guarded itself', async () => {
    const { refusal } = await probeLoopback('http://shop.example/', {
      proxy: { url: 'http://10.0.0.1:3128' },
    });
    expect(refusal).toMatchObject({ rule: 'PrivateAddress', purpose: 'proxy', host: '10.0.0.1' });
  });

  it('whose URL is no URL is named', async () => {
    const { failure } = await probeLoopback('http://shop.example/', { proxy: { url: 'socks5://proxy' } });
    expect(failure?.message).toBe(
      "The proxy's URL cannot be used. A URL must begin with http:// or https://.",
    );
  });

  it('does not stand between the probe and a redirect to plain HTTP either', async () => {
    const target = await serveHTTP((_, response) => response.end());
    const proxy = await serveProxy(target.port);
    await probeLoopback('http://a.example/', { proxy: { url: proxy.origin } });
    expect(target.connections()).toBe(0);
  });
});
