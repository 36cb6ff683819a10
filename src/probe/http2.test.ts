import { createServer as createHTTP2Server } from 'node:http2';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerBytes,
  listen,
  serveBytes,
  serveHTTP2,
  serveHTTPS,
} from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import { createAuthority, type TestCertificate } from '../../test/support/test-certificates.ts';

let certificate: TestCertificate;
let tls: { ca: string };

beforeAll(async () => {
  const authority = await createAuthority();
  certificate = await authority.issue(['localhost']);
  tls = { ca: authority.pem };
});

describe('HTTP/2', () => {
  it('is spoken where the server offers it', async () => {
    const server = await serveHTTP2({ ...certificate, allowHTTP1: true }, (request, response) => {
      response.writeHead(200, {
        'content-type': 'text/plain',
        'set-cookie': ['a=1', 'b=2'],
        'x-many': ['1', '2'],
      });
      response.end(`${request.httpVersion} ${request.headers[':authority']} ${request.headers['x-sent']}`);
    });
    const headers = [
      { name: 'Host', value: 'shop.example' },
      { name: 'X-Sent', value: 'yes' },
    ];
    const request = { tls: { ...tls, serverName: 'localhost' }, headers };
    const observation = await probeLoopback(`https://localhost:${server.port}`, request, {
      headers: [{ name: 'X-Many', matches: '^2$' }],
    });
    expect(observation).toMatchObject({
      success: true,
      code: 200,
      httpVersion: '2',
      bodyStart: '2.0 shop.example yes',
      headers: { 'content-type': 'text/plain', 'x-many': '1, 2' },
    });
    expect(observation.headers).not.toHaveProperty('set-cookie');
  });

  it('is not spoken where the spec asks for HTTP/1.1', async () => {
    const server = await serveHTTP2({ ...certificate, allowHTTP1: true }, (_, response) => response.end());
    const { httpVersion } = await probeLoopback(`https://localhost:${server.port}`, {
      tls,
      httpVersion: 'HTTP1',
    });
    expect(httpVersion).toBe('1.1');
  });

  it('sends a body, and times the server', async () => {
    const server = await serveHTTP2({ ...certificate }, (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => setTimeout(() => response.end(body), 200));
    });
    const request = { tls, method: 'POST', body: 'the body' };
    const { bodyStart, durationMilliseconds } = await probeLoopback(
      `https://localhost:${server.port}`,
      request,
    );
    expect(bodyStart).toBe('the body');
    expect(durationMilliseconds.processing).toBeGreaterThanOrEqual(190);
  });

  it('brings a body that is longer than any buffer on the way', async () => {
    const server = await serveHTTP2({ ...certificate }, (_, response) => response.end('x'.repeat(700_000)));
    const { success, detail } = await probeLoopback(`https://localhost:${server.port}`, { tls });
    expect({ success, length: detail?.uncompressedBodyLength }).toEqual({ success: true, length: 700_000 });
  });

  it('is not asked with a header that it does not allow', async () => {
    const server = await serveHTTP2({ ...certificate }, (_, response) => response.end());
    const headers = [{ name: 'Bad Name', value: 'x' }];
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, { tls, headers });
    expect(failure).toMatchObject({ phase: 'Send', reason: 'InvalidRequest' });
  });

  it('is missed by name where the server does not offer it', async () => {
    const server = await serveHTTPS({ ...certificate }, (_, response) => response.end());
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, {
      tls,
      httpVersion: 'HTTP2',
    });
    expect(failure).toMatchObject({ phase: 'TLS', reason: 'HTTP2NotOffered' });
  });

  it('is spoken without TLS where the spec asks for it', async () => {
    const plain = createHTTP2Server((_, response) => response.end('hello'));
    const server = await listen(plain, 'http');
    const { httpVersion, bodyStart } = await probeLoopback(server.origin, { httpVersion: 'HTTP2' });
    expect({ httpVersion, bodyStart }).toEqual({ httpVersion: '2', bodyStart: 'hello' });
  });

  it.each([
    ['resets the stream', 'Wait', 'ClosedBeforeHeaders', undefined],
    ['resets the stream within the body', 'Receive', 'ClosedMidBody', 200],
    ['closes the connection', 'Wait', 'ClosedBeforeHeaders', undefined],
    ['closes the connection within the body', 'Receive', 'ClosedMidBody', 200],
    ['never answers', 'Wait', 'HeaderTimeout', undefined],
    ['never ends the body', 'Receive', 'BodyTimeout', 200],
  ])('%s', async (misbehaviour, phase, reason, code) => {
    const server = await serveHTTP2({ ...certificate }, ({ stream }) => {
      stream.on('error', () => {});
      if (misbehaviour.includes('body')) {
        stream.respond({ ':status': 200 });
        stream.write('half');
      }
      const end = () => {
        if (misbehaviour.startsWith('resets')) stream.destroy(new Error('reset'));
        if (misbehaviour.startsWith('closes')) stream.session?.destroy();
      };
      setTimeout(end, 50);
    });
    const never = misbehaviour.startsWith('never');
    const request = { tls, ...(never && { timeoutMilliseconds: 400 }) };
    const { failure, code: seen } = await probeLoopback(`https://localhost:${server.port}`, request);
    expect({ phase: failure?.phase, reason: failure?.reason, code: seen }).toEqual({ phase, reason, code });
  });

  it('is told from HTTP/1.1', async () => {
    const server = await serveBytes(answerBytes('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { failure } = await probeLoopback(server.origin, { httpVersion: 'HTTP2' });
    expect(failure).toMatchObject({ phase: 'Wait', reason: 'MalformedResponse' });
  });
});
