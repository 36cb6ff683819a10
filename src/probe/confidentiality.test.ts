import { describe, expect, it } from 'vitest';
import { answerBytes, serveBytes, serveHTTP } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';

const SECRETS = ['the-password', 'dGhlLXVzZXI6dGhlLXBhc3N3b3Jk', 'key-from-secret', 'confidential body'];

describe('an observation', () => {
  it('holds no secret of the request, though the target echoes all of it', async () => {
    const server = await serveHTTP((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.setHeader('x-echo', JSON.stringify(request.headers));
        response.end(`${JSON.stringify(request.rawHeaders)} ${body} ${request.url}`);
      });
    });
    const observation = await probeLoopback(`${server.origin}/path`, {
      method: 'POST',
      basicAuth: { username: 'the-user', password: 'the-password' },
      headers: [{ name: 'X-Api-Key', value: 'key-from-secret', secret: true }],
      body: 'confidential body',
      bodyIsSecret: true,
    });
    expect(observation.success).toBe(true);
    const text = JSON.stringify(observation);
    expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('tells of a token when it ends, of the one that was sent with the last request, and nothing else', async () => {
    const claims = Buffer.from(JSON.stringify({ sub: 'ann', exp: 1_767_225_600 })).toString('base64url');
    const bearerToken = `eyJhbGciOiJub25lIn0.${claims}.c2lnbmF0dXJl`;
    const other = await serveHTTP((_request, response) => response.writeHead(401).end());
    const server = await serveHTTP((request, response) =>
      request.url === '/away'
        ? response.writeHead(302, { Location: other.origin }).end()
        : response.writeHead(401).end(request.headers.authorization),
    );
    const refused = await probeLoopback(server.origin, { bearerToken });
    expect(refused).toMatchObject({ code: 401, tokenValidity: { notAfterTime: '2026-01-01T00:00:00.000Z' } });
    expect(JSON.stringify(refused)).not.toMatch(/eyJ|ann/);
    const led = await probeLoopback(`${server.origin}/away`, { bearerToken });
    expect(led).toMatchObject({ code: 401, finalURL: `${other.origin}/` });
    expect(led).not.toHaveProperty('tokenValidity');
  });

  it.each([
    [
      'one that begins like another',
      { username: 'admin', password: 'admin-password' },
      (text: string) => text,
    ],
    [
      'one with quotes, as JSON',
      { username: 'user', password: 'pass"word\\' },
      (text: string) => JSON.stringify(text),
    ],
    [
      'one with spaces, in a URL',
      { username: 'user', password: 'pass word' },
      (text: string) => encodeURIComponent(text),
    ],
    [
      'one that is cut',
      { username: 'user', password: 'p1p2p3p4p5' },
      (text: string) => `${'x'.repeat(4091)}${text}`,
    ],
    ['a short one', { username: 'u', password: 'pw' }, (text: string) => text],
  ])('holds no secret: %s', async (_, basicAuth, echo) => {
    const server = await serveHTTP((_request, response) => response.end(echo(basicAuth.password)));
    const { bodyStart = '' } = await probeLoopback(server.origin, { basicAuth });
    const word = basicAuth.password.slice(0, 2);
    expect(bodyStart).toMatch(/…"?$/);
    expect(bodyStart).not.toContain(word);
  });

  it('holds no secret that a redirect repeats', async () => {
    const server = await serveHTTP((request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? 'none';
      const next = request.url === '/' ? `/${token}` : `http://${token}.invalid/`;
      response.writeHead(302, { location: next }).end();
    });
    const observation = await probeLoopback(server.origin, { bearerToken: 'the-token' });
    expect(observation).toMatchObject({
      finalURL: 'http://….invalid/',
      redirects: [{ url: `${server.origin}/` }, { url: `${server.origin}/…` }],
      failure: { phase: 'Resolve' },
    });
    expect(JSON.stringify(observation)).not.toContain('the-token');
  });

  it('holds no credential of the answer', async () => {
    const server = await serveBytes(
      answerBytes(
        [
          'HTTP/1.1 200 OK',
          'Set-Cookie: session=hidden-1',
          'X-Auth-Token: hidden-2',
          'Location: https://user:hidden-3@a.example/?code=hidden-4#hidden-5',
          'Link: <https://a.example/?token=hidden-6>; rel="next"',
          'Content-Length: 0',
          '\r\n',
        ].join('\r\n'),
      ),
    );
    const { headers } = await probeLoopback(server.origin);
    expect(headers).toEqual({
      location: 'https://a.example/?…',
      link: '<https://a.example/?…>; rel="next"',
      'content-length': '0',
    });
  });

  it('holds no query value, user info or fragment of a URL', async () => {
    const server = await serveHTTP((_, response) => response.end());
    const { url, finalURL } = await probeLoopback(`${server.origin}/path?token=hidden&flag&=x#fragment`);
    expect([url, finalURL]).toEqual(Array(2).fill(`${server.origin}/path?token=…&…&=…`));
  });

  it('cuts long values', async () => {
    const server = await serveHTTP((_, response) =>
      response.writeHead(200, { 'x-long': 'x'.repeat(5000) }).end('é'.repeat(4000)),
    );
    const { headers, bodyStart } = await probeLoopback(server.origin);
    expect([headers['x-long']?.length, bodyStart]).toEqual([1024, 'é'.repeat(2048)]);
  });
});
