import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { silentPort } from '../../test/support/misbehaving-port.ts';
import {
  afterRequest,
  answerBytes,
  closedPort,
  serveBytes,
  serveHTTP,
  serveHTTP2Alone,
} from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import type { Observation } from '../diagnosis/model/observation.ts';

/** Ends a wait that would last for ever; the time by itself is not asserted. */
const SHORT = { timeoutMilliseconds: 300 };
const HEAD = 'HTTP/1.1 200 OK\r\n';

const outcome = ({ code, success, failure }: Observation) => ({
  code,
  success,
  phase: failure?.phase,
  reason: failure?.reason,
});

describe('a server that misbehaves', () => {
  it.each([
    ['closes without a byte', '', 'Wait', 'ClosedBeforeHeaders', undefined],
    ['closes within the headers', `${HEAD}Content-Le`, 'Wait', 'ClosedBeforeHeaders', undefined],
    ['sends no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'Wait', 'MalformedResponse', undefined],
    ['sends an impossible status', 'HTTP/1.1 abc OK\r\n\r\n', 'Wait', 'MalformedResponse', undefined],
    ['sends a TLS alert', new Uint8Array([0x15, 3, 1, 0, 2, 2, 70]), 'Wait', 'TLSExpected', undefined],
    [
      'sends frames of HTTP/2',
      new Uint8Array([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0x40, 0]),
      'Wait',
      'HTTP2Expected',
      undefined,
    ],
    ['sends zeroes that are no frame', new Uint8Array(15), 'Wait', 'MalformedResponse', undefined],
    [
      'sends endless headers',
      `${HEAD}X: ${'a'.repeat(70_000)}\r\n\r\n`,
      'Wait',
      'MalformedResponse',
      undefined,
    ],
    ['closes within the body', `${HEAD}Content-Length: 10\r\n\r\nhalf`, 'Receive', 'ClosedMidBody', 200],
    [
      'closes within a chunk',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\na\r\nhalf`,
      'Receive',
      'ClosedMidBody',
      200,
    ],
    [
      'sends a broken chunk',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
      'Receive',
      'MalformedResponse',
      200,
    ],
  ])('%s', async (...[, bytes, phase, reason, code]) => {
    const server = await serveBytes(answerBytes(bytes));
    expect(outcome(await probeLoopback(server.origin))).toEqual({ code, success: false, phase, reason });
    expect(server.connections(), 'a probe does not try again').toBe(1);
  });

  it('speaks HTTP/2 alone, as a server of gRPC does', async () => {
    const server = await serveHTTP2Alone();
    expect(outcome(await probeLoopback(server.origin))).toMatchObject({
      phase: 'Wait',
      reason: 'HTTP2Expected',
    });
  });

  it('resets the connection instead of an answer', async () => {
    const server = await serveBytes((socket) => afterRequest(socket, () => socket.resetAndDestroy()));
    expect(outcome(await probeLoopback(server.origin))).toEqual({
      code: undefined,
      success: false,
      phase: 'Wait',
      reason: 'ClosedBeforeHeaders',
    });
  });

  it.each([
    ['never answers', '', 'Wait', 'HeaderTimeout', undefined],
    ['stops within the headers', `${HEAD}Content-Type: te`, 'Wait', 'HeaderTimeout', undefined],
    ['only says Continue', 'HTTP/1.1 100 Continue\r\n\r\n', 'Wait', 'HeaderTimeout', undefined],
    ['stops within the body', `${HEAD}Content-Length: 10\r\n\r\nhalf`, 'Receive', 'BodyTimeout', 200],
    ['never ends a body without a length', `${HEAD}\r\nsome`, 'Receive', 'BodyTimeout', 200],
  ])('%s', async (...[, bytes, phase, reason, code]) => {
    const server = await serveBytes((socket) => afterRequest(socket, () => socket.write(bytes)));
    expect(outcome(await probeLoopback(server.origin, SHORT))).toEqual({
      code,
      success: false,
      phase,
      reason,
    });
  });

  it('drips its headers', async () => {
    const server = await serveBytes((socket) =>
      afterRequest(socket, () => {
        const dripping = setInterval(() => socket.write('X'), 20);
        socket.once('close', () => clearInterval(dripping));
        socket.write(`${HEAD}Slow: `);
      }),
    );
    expect(outcome(await probeLoopback(server.origin, SHORT))).toMatchObject({
      phase: 'Wait',
      reason: 'HeaderTimeout',
    });
  });

  it('does not take the body of the request', async () => {
    const server = await serveBytes((socket) => socket.pause());
    const request = { ...SHORT, method: 'POST', body: 'x'.repeat(32 * 1024 * 1024) };
    expect(outcome(await probeLoopback(server.origin, request))).toMatchObject({
      phase: 'Send',
      reason: 'SendTimeout',
    });
  });

  it('answers before it has the whole body of the request', async () => {
    const early = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n';
    const server = await serveBytes((socket) => afterRequest(socket, () => socket.write(early)));
    const request = { method: 'POST', body: 'x'.repeat(32 * 1024 * 1024) };
    expect(outcome(await probeLoopback(server.origin, request))).toEqual({
      code: 413,
      success: false,
      phase: 'Assert',
      reason: 'UnexpectedStatus',
    });
  });

  it('refuses the connection', async () => {
    const port = await closedPort();
    const observation = await probeLoopback(`http://127.0.0.1:${port}`);
    expect(outcome(observation)).toMatchObject({ phase: 'Connect', reason: 'ConnectionRefused' });
    expect(observation.remoteAddress).toBe(`127.0.0.1:${port}`);
  });

  it('does not take the connection', async () => {
    const observation = await probeLoopback(`http://127.0.0.1:${await silentPort()}`, SHORT);
    expect(outcome(observation)).toMatchObject({ phase: 'Connect', reason: 'ConnectTimeout' });
    expect(observation.durationMilliseconds).toMatchObject({ processing: 0, transfer: 0 });
    expect(observation.durationMilliseconds.connect).toBeGreaterThan(0);
  });

  it('sends a compressed body that is cut short', async () => {
    const whole = gzipSync('hello world'.repeat(100));
    const server = await serveHTTP((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(whole.subarray(0, -9));
    });
    expect(outcome(await probeLoopback(server.origin, { compression: 'gzip' }))).toEqual({
      code: 200,
      success: false,
      phase: 'Receive',
      reason: 'DecodeFailed',
    });
  });

  it('reports the code rather than the body when both are wrong', async () => {
    const server = await serveBytes(
      answerBytes('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 10\r\n\r\nhalf'),
    );
    expect(outcome(await probeLoopback(server.origin))).toEqual({
      code: 502,
      success: false,
      phase: 'Assert',
      reason: 'UnexpectedStatus',
    });
  });
});

describe('an unusual but sound answer', () => {
  it('tells of informational answers on the way', async () => {
    const server = await serveBytes(
      answerBytes(`HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n${HEAD}Content-Length: 0\r\n\r\n`),
    );
    const { success, informational } = await probeLoopback(server.origin);
    expect({ success, informational }).toEqual({ success: true, informational: [103] });
  });

  it('tells of a few informational answers only, though they never end', async () => {
    const server = await serveBytes((socket) =>
      afterRequest(socket, () => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5000))),
    );
    const { informational, failure } = await probeLoopback(server.origin, SHORT);
    expect({ informational, reason: failure?.reason }).toEqual({
      informational: Array(10).fill(103),
      reason: 'HeaderTimeout',
    });
  });

  it('may come uncompressed, though compression was asked for', async () => {
    const server = await serveHTTP((_, response) => response.end('hello'));
    expect(await probeLoopback(server.origin, { compression: 'gzip' })).toMatchObject({
      success: true,
      bodyStart: 'hello',
    });
  });

  it('takes Switching Protocols as the answer', async () => {
    const server = await serveBytes(
      answerBytes('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    expect(outcome(await probeLoopback(server.origin))).toMatchObject({
      code: 101,
      reason: 'UnexpectedStatus',
    });
    expect(outcome(await probeLoopback(server.origin, {}, { statusCodes: ['101'] }))).toMatchObject({
      code: 101,
      success: true,
    });
  });

  it('has no length when chunked, and a time of the last change', async () => {
    const server = await serveHTTP((_, response) => {
      response.writeHead(200, { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' });
      response.write('hello');
      response.end();
    });
    const { detail, bodyStart } = await probeLoopback(server.origin);
    expect({ ...detail, bodyStart }).toMatchObject({
      contentLength: -1,
      uncompressedBodyLength: 5,
      lastModifiedSeconds: 1_445_412_480,
      bodyStart: 'hello',
    });
  });

  it('ends with the headers when HEAD was asked', async () => {
    const server = await serveHTTP((_, response) => {
      response.writeHead(200, { 'content-length': 110 }).end();
    });
    const { success, detail } = await probeLoopback(server.origin, { method: 'HEAD' });
    expect({ success, ...detail }).toMatchObject({
      success: true,
      contentLength: 110,
      uncompressedBodyLength: 0,
    });
  });

  it('comes from a host that has only IPv6', async () => {
    const server = await serveHTTP((_, response) => response.end(), '::1');
    const { success, remoteAddress } = await probeLoopback(server.origin);
    expect({ success, remoteAddress }).toEqual({ success: true, remoteAddress: `[::1]:${server.port}` });
  });

  it('is asked at an address of the family that the spec names', async () => {
    const server = await serveHTTP((_, response) => response.end(), '::1');
    const { success } = await probeLoopback(`http://localhost:${server.port}`, { ipFamily: 'IPv6' });
    expect(success).toBe(true);
  });
});

describe('a request that HTTP does not allow', () => {
  it.each([[{ name: 'Bad Name', value: 'x' }], [{ name: 'X-Bad', value: 'line\r\nX-Injected: yes' }]])(
    'is not sent: %j',
    async (header) => {
      const received: string[] = [];
      const server = await serveBytes((socket) => socket.on('data', (chunk) => received.push(String(chunk))));
      const { failure } = await probeLoopback(server.origin, { headers: [header] });
      expect(failure).toMatchObject({ phase: 'Send', reason: 'InvalidRequest' });
      expect(received).toEqual([]);
    },
  );
});

describe('the times of the phases', () => {
  it('lie in the phase in which the server dawdles, and never exceed the total', async () => {
    const server = await serveHTTP((_, response) => {
      setTimeout(() => {
        response.writeHead(200).write('first');
        setTimeout(() => response.end('last'), 150);
      }, 300);
    });
    const { durationMilliseconds: times, success } = await probeLoopback(server.origin);
    expect(success).toBe(true);
    expect(times.processing).toBeGreaterThanOrEqual(290);
    expect(times.transfer).toBeGreaterThanOrEqual(140);
    const { total, ...phases } = times;
    expect(Object.values(phases).reduce((sum, time) => sum + time)).toBeLessThanOrEqual(total);
  });
});

describe('a probe that is cut short', () => {
  it('says so', async () => {
    const server = await serveBytes(() => {});
    const abort = new AbortController();
    const observation = probeLoopback(server.origin, {}, {}, { signal: abort.signal });
    await expect.poll(() => server.connections()).toBe(1);
    abort.abort();
    expect(outcome(await observation)).toMatchObject({ success: false, reason: 'Cancelled' });
  });

  it('is not begun after the end', async () => {
    const server = await serveBytes(() => {});
    const observation = await probeLoopback(server.origin, {}, {}, { signal: AbortSignal.abort() });
    expect(outcome(observation)).toMatchObject({ success: false, reason: 'Cancelled' });
    expect(server.connections()).toBe(0);
  });
});
