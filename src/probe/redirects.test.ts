import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { serveDNS } from '../../test/support/misbehaving-dns.ts';
import { type LocalServer, serveHTTP, serveHTTPS } from '../../test/support/misbehaving-server.ts';
import { loopbackGuard, probeLoopback } from '../../test/support/probe-loopback.ts';
import {
  createAuthority,
  type TestAuthority,
  type TestCertificate,
} from '../../test/support/test-certificates.ts';
import { createResolver } from './dns.ts';
import { createGuard } from './guard.ts';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let authority: TestAuthority;
let certificate: TestCertificate;

beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['shop.example', 'a.example', 'localhost']);
});

const redirect = (response: ServerResponse, location: string, code = 302) =>
  response.writeHead(code, { location }).end();

/** Keeps what it receives and answers 200. */
async function recorder(): Promise<LocalServer & { received: Received[] }> {
  const received: Received[] = [];
  const server = await serveHTTP((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body });
      response.end();
    });
  });
  return { ...server, received };
}

const CREDENTIALS = {
  bearerToken: 'mysecret',
  headers: [
    { name: 'Cookie', value: 'session=1' },
    { name: 'X-Api-Key', value: 'key-from-secret', secret: true },
    { name: 'X-Plain', value: 'plain' },
  ],
};

const credentialsIn = ({ headers }: Received) => ({
  authorization: headers.authorization,
  cookie: headers.cookie,
  key: headers['x-api-key'],
  plain: headers['x-plain'],
});

describe('a redirect', () => {
  it('is recorded with its code and with who sent it', async () => {
    const server = await serveHTTP(({ url }, response) => {
      if (url === '/') redirect(response, '/one?token=abc', 301);
      else if (url?.startsWith('/one')) redirect(response, 'two#part', 307);
      else response.end();
    });
    const { redirects, finalURL, success } = await probeLoopback(server.origin);
    expect({ redirects, finalURL, success }).toEqual({
      success: true,
      redirects: [
        { url: `${server.origin}/`, code: 301 },
        { url: `${server.origin}/one?token=…`, code: 307 },
      ],
      finalURL: `${server.origin}/two`,
    });
  });

  it('names its producer where a header tells', async () => {
    const server = await serveHTTP(({ url }, response) => {
      if (url !== '/') return response.end();
      return response.writeHead(301, { server: 'awselb/2.0', location: '/secure' }).end();
    });
    const { redirects } = await probeLoopback(server.origin);
    expect(redirects[0]?.answeredBy).toMatchObject({ product: 'ALB', layer: 'LoadBalancer' });
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', ''],
    [307, 'POST', 'POST', 'the body'],
    [308, 'PUT', 'PUT', 'the body'],
  ] as const)('%i turns %s into %s', async (...[code, method, expected, body]) => {
    const target = await recorder();
    const server = await serveHTTP((_, response) => redirect(response, target.origin, code));
    const request = { method, ...(method !== 'HEAD' && { body: 'the body' }) };
    const headers = [{ name: 'Content-Type', value: 'text/plain' }];
    await probeLoopback(server.origin, { ...request, headers });
    expect(target.received).toMatchObject([{ method: expected, body }]);
    expect(target.received[0]?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  it('takes the credentials along on the same origin', async () => {
    const received: Received[] = [];
    const server = await serveHTTP((request, response) => {
      received.push({
        ...request,
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: '',
      });
      if (request.url === '/') redirect(response, '/next');
      else response.end();
    });
    await probeLoopback(server.origin, CREDENTIALS);
    const all = {
      authorization: 'Bearer mysecret',
      cookie: 'session=1',
      key: 'key-from-secret',
      plain: 'plain',
    };
    expect(received.map(credentialsIn)).toEqual([all, all]);
  });

  it.each([
    ['another host', ({ port }: LocalServer) => `http://b.example:${port}/`],
    ['another port', ({ port }: LocalServer) => `http://a.example:${port}/`],
  ])('leaves the credentials behind on the way to %s', async (_, location) => {
    const target = await recorder();
    const server = await serveHTTP((_request, response) => redirect(response, location(target)));
    const { success } = await probeLoopback(`http://a.example:${server.port}/`, CREDENTIALS);
    expect(success).toBe(true);
    expect(target.received.map(credentialsIn)).toEqual([{ plain: 'plain' }]);
  });

  it('leaves the credentials behind on the way to another scheme, and also on the way back', async () => {
    const received: Received[] = [];
    let plain = '';
    const secure = await serveHTTPS({ ...certificate }, (request, response) => {
      received.push({ ...request, method: '', url: '', headers: request.headers, body: '' });
      redirect(response, `${plain}/back`);
    });
    const server = await serveHTTP((request, response) => {
      if (request.url !== '/back') return redirect(response, `https://a.example:${secure.port}/`);
      received.push({ ...request, method: '', url: '', headers: request.headers, body: '' });
      return response.end();
    });
    plain = `http://a.example:${server.port}`;
    const { success } = await probeLoopback(plain, { ...CREDENTIALS, tls: { ca: authority.pem } });
    expect(success).toBe(true);
    expect(received.map(credentialsIn)).toEqual([{ plain: 'plain' }, { plain: 'plain' }]);
  });

  it('does not carry a body from a Secret to another origin', async () => {
    const target = await recorder();
    const server = await serveHTTP((_, response) => redirect(response, target.origin, 307));
    const { failure } = await probeLoopback(server.origin, {
      method: 'POST',
      body: 'confidential',
      bodyIsSecret: true,
    });
    expect(failure).toMatchObject({ phase: 'Assert', reason: 'InvalidRedirect' });
    expect(target.received).toEqual([]);
  });

  it('keeps Host and server name on absolute redirects to the same name', async () => {
    const seen: unknown[] = [];
    let port = 0;
    const server = await serveHTTPS({ ...certificate }, (request, response) => {
      seen.push([request.headers.host, 'servername' in request.socket && request.socket.servername]);
      if (request.url === '/') redirect(response, `https://localhost:${port}/next`);
      else response.end();
    });
    port = server.port;
    const { success } = await probeLoopback(`https://localhost:${port}/`, {
      headers: [{ name: 'Host', value: 'a.example' }],
      tls: { ca: authority.pem, serverName: 'shop.example' },
    });
    expect(success).toBe(true);
    expect(seen).toEqual(Array(2).fill(['a.example', 'shop.example']));
  });

  it('keeps to the IP family, also where the name has another one first', async () => {
    const seen: unknown[] = [];
    const last = await serveHTTP((request, response) => {
      seen.push(request.socket.remoteFamily);
      response.end();
    }, '::1');
    const server = await serveHTTP(
      (_, response) => redirect(response, `http://localhost:${last.port}/`),
      '::1',
    );
    const { success, remoteAddress } = await probeLoopback(`http://localhost:${server.port}/`, {
      ipFamily: 'IPv6',
    });
    expect({ success, remoteAddress, seen }).toEqual({
      success: true,
      remoteAddress: `[::1]:${last.port}`,
      seen: ['IPv6'],
    });
  });

  it('gives another name its own Host and server name', async () => {
    const seen: unknown[] = [];
    const secure = await serveHTTPS({ ...certificate }, (request, response) => {
      seen.push([request.headers.host, 'servername' in request.socket && request.socket.servername]);
      response.end();
    });
    const server = await serveHTTP((_, response) => redirect(response, `https://a.example:${secure.port}/`));
    await probeLoopback(server.origin, {
      headers: [{ name: 'Host', value: 'shop.example' }],
      tls: { ca: authority.pem, serverName: 'localhost' },
    });
    expect(seen).toEqual([[`a.example:${secure.port}`, 'a.example']]);
  });

  it.each([['ftp://a.example/'], ['javascript:alert(1)'], ['http://']])(
    'is a failure when it leads to %s',
    async (location) => {
      const server = await serveHTTP((_, response) => redirect(response, location));
      const { code, failure } = await probeLoopback(server.origin);
      expect({ code, reason: failure?.reason }).toEqual({ code: 302, reason: 'InvalidRedirect' });
    },
  );

  it('drops the user info of a location', async () => {
    const target = await recorder();
    const server = await serveHTTP((_, response) =>
      redirect(response, `http://user:password@127.0.0.1:${target.port}/`),
    );
    const { finalURL } = await probeLoopback(server.origin);
    expect(finalURL).toBe(`${target.origin}/`);
    expect(target.received[0]?.headers.authorization).toBeUndefined();
  });

  it('without a location is the answer', async () => {
    const server = await serveHTTP((_, response) => response.writeHead(302).end());
    const { failure, detail } = await probeLoopback(server.origin);
    expect({ reason: failure?.reason, redirects: detail?.redirects }).toEqual({
      reason: 'UnexpectedStatus',
      redirects: 0,
    });
  });

  it('is guarded like the target', async () => {
    const server = await serveHTTP((_, response) =>
      redirect(response, 'http://169.254.169.254/latest/meta-data/'),
    );
    const { failure, refusal, code, redirects } = await probeLoopback(server.origin);
    expect({ reason: failure?.reason, refusal, code, redirects }).toEqual({
      reason: 'TargetRefused',
      refusal: {
        rule: 'CloudMetadata',
        purpose: 'redirect',
        host: '169.254.169.254',
        remedy: 'No setting allows it.',
      },
      code: undefined,
      redirects: [{ url: `${server.origin}/`, code: 302 }],
    });
  });

  it('cannot be rebound: each hop dials the address that was judged for it', async () => {
    let lookups = 0;
    const dns = await serveDNS(() => {
      lookups += 1;
      return { 'rebind.example': [lookups === 1 ? '127.0.0.1' : '169.254.169.254'] };
    });
    const resolver = createResolver({ servers: [dns.server], search: [], ndots: 1, hosts: new Map() });
    const server = await serveHTTP((request, response) =>
      redirect(response, `http://${request.headers.host}/again`),
    );
    const url = `http://rebind.example:${server.port}/`;
    const { failure, refusal } = await probeLoopback(url, {}, {}, { resolver });
    expect({ reason: failure?.reason, rule: refusal?.rule }).toEqual({
      reason: 'TargetRefused',
      rule: 'CloudMetadata',
    });
    expect(dns.asked).toEqual(['A rebind.example', 'A rebind.example']);
  });

  it('refuses a name when only one of its addresses is refused', async () => {
    const dns = await serveDNS({ 'mixed.example': ['127.0.0.1', '10.0.0.1'] });
    const resolver = createResolver({ servers: [dns.server], search: [], ndots: 1, hosts: new Map() });
    const { refusal } = await probeLoopback('http://mixed.example/', {}, {}, { resolver });
    expect(refusal?.rule).toBe('PrivateAddress');
  });
});

describe('a redirect loop', () => {
  it('is named as soon as a request repeats', async () => {
    const server = await serveHTTP(({ url }, response) => redirect(response, url === '/a' ? '/b' : '/a'));
    const { failure, redirects, finalURL, code } = await probeLoopback(`${server.origin}/a`);
    expect({ failure, redirects, finalURL, code }).toEqual({
      failure: {
        phase: 'Assert',
        reason: 'RedirectLoop',
        message: `${server.origin}/b redirects to ${server.origin}/a, which was asked before.`,
      },
      redirects: [{ url: `${server.origin}/a`, code: 302 }],
      finalURL: `${server.origin}/b`,
      code: 302,
    });
    expect(server.connections()).toBe(2);
  });

  it('is found across http and https', async () => {
    let plain = 0;
    const secure = await serveHTTPS({ ...certificate }, (_, response) =>
      redirect(response, `http://a.example:${plain}/`),
    );
    const server = await serveHTTP((_, response) => redirect(response, `https://a.example:${secure.port}/`));
    plain = server.port;
    const { failure } = await probeLoopback(`http://a.example:${plain}/`, { tls: { ca: authority.pem } });
    expect(failure?.reason).toBe('RedirectLoop');
  });

  it('is none when a cookie makes the difference', async () => {
    const server = await serveHTTP(({ headers }, response) => {
      if (headers.cookie === 'seen=1') response.end();
      else response.writeHead(302, { location: '/', 'set-cookie': 'seen=1' }).end();
    });
    expect(await probeLoopback(server.origin)).toMatchObject({ success: true, detail: { redirects: 1 } });
  });

  it('is one though a stickiness cookie changes with each answer', async () => {
    let count = 0;
    const server = await serveHTTP((_, response) => {
      count += 1;
      response.writeHead(302, { location: '/', 'set-cookie': `AWSALB=${count}` }).end();
    });
    const { failure } = await probeLoopback(server.origin);
    expect(failure?.reason).toBe('RedirectLoop');
    expect(count).toBe(2);
  });

  it('fails also where its code is expected', async () => {
    const server = await serveHTTP((_, response) => redirect(response, '/'));
    const { failure } = await probeLoopback(server.origin, {}, { statusCodes: ['302'] });
    expect(failure?.reason).toBe('RedirectLoop');
  });

  it('is told from too many redirects', async () => {
    const server = await serveHTTP(({ url }, response) => redirect(response, `${url}x`));
    const { failure, redirects } = await probeLoopback(server.origin, { maxRedirects: 3 });
    expect({ reason: failure?.reason, followed: redirects.length }).toEqual({
      reason: 'TooManyRedirects',
      followed: 3,
    });
  });
});

describe('connectTo', () => {
  it('dials elsewhere under the name of the URL, also after a redirect to https', async () => {
    const seen: unknown[] = [];
    const secure = await serveHTTPS({ ...certificate }, (request, response) => {
      seen.push([request.headers.host, 'servername' in request.socket && request.socket.servername]);
      response.end();
    });
    const plain = await serveHTTP(({ headers }, response) => {
      seen.push(headers.host);
      redirect(response, `https://shop.example:${secure.port}/`);
    });
    const { success } = await probeLoopback('http://shop.example/', {
      connectTo: { host: '127.0.0.1', port: plain.port },
      tls: { ca: authority.pem },
    });
    expect(success).toBe(true);
    expect(seen).toEqual(['shop.example', [`shop.example:${secure.port}`, 'shop.example']]);
  });

  it('is guarded', async () => {
    const { refusal } = await probeLoopback('http://shop.example/', { connectTo: { host: '10.0.0.1' } });
    expect(refusal).toMatchObject({ rule: 'PrivateAddress', purpose: 'connectTo', host: '10.0.0.1' });
  });
});

describe('the guard', () => {
  it('hears of the port, the purpose and the name of each connection', async () => {
    const asked: unknown[] = [];
    const target = await recorder();
    const server = await serveHTTP((_, response) => redirect(response, `http://b.example:${target.port}/`));
    const guard = {
      ...createGuard({
        allowCIDRs: [],
        denyCIDRs: [],
        apiServerAddresses: [],
        ownedAddresses: () => new Set(),
      }),
      check: (...call: Parameters<typeof loopbackGuard.check>) => {
        asked.push(call);
        return loopbackGuard.check(...call);
      },
    };
    await probeLoopback(`http://a.example:${server.port}/`, {}, {}, { guard });
    expect(asked).toEqual([
      ['127.0.0.1', server.port, 'target', 'a.example'],
      ['127.0.0.1', target.port, 'redirect', 'b.example'],
    ]);
  });
});
