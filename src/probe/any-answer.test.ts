import { createServer as createTLSServer } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerBytes, listen, serveBytes } from '../../test/support/misbehaving-server.ts';
import { loopbackGuard, probeLoopback } from '../../test/support/probe-loopback.ts';
import { selfSigned, type TestCertificate } from '../../test/support/test-certificates.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import { PHASES } from '../diagnosis/model/observation.ts';
import { answeredBy } from './answered-by.ts';

const RUNS = { numRuns: 150 };
const TIMEOUT_MILLISECONDS = 1000;
/** What a loaded machine may add to a timer. */
const GRACE_MILLISECONDS = 3000;

const line = fc.constantFrom(
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 301 Moved\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  'HTTP/2 200\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Location: /\r\n',
  'Location: http://[::1\r\n',
  'Location: \\\\\r\n',
  'Location: http://169.254.169.254/\r\n',
  'Set-Cookie: a=b; Domain=example.com\r\n',
  'Set-Cookie: =\r\n',
  'Last-Modified: never\r\n',
  '\r\n',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
);
const piece = fc.oneof(
  { weight: 4, arbitrary: line.map((text) => Buffer.from(text, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
);
const anyBytes = fc.array(piece, { maxLength: 14 }).map((pieces) => Buffer.concat(pieces));
const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS'),
  httpVersion: fc.constantFrom('Auto' as const, 'HTTP1' as const, 'HTTP2' as const),
  compression: fc.constantFrom('identity' as const, 'gzip' as const, 'br' as const, 'deflate' as const),
  bodyLimit: fc.constantFrom(0, 3, 1000),
});

/** What holds for every observation, whatever came. */
function expectSound(observation: Observation): void {
  const { success, failure, code, url, detail, durationMilliseconds: times } = observation;
  expect(failure === undefined).toBe(success);
  if (failure !== undefined) {
    expect(PHASES).toContain(failure.phase);
    expect(failure.reason).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect(failure.reason).not.toBe('ProberFailed');
    expect(failure.message).toMatch(/\.$/);
  }
  if (success) expect(code).toBeGreaterThanOrEqual(200);
  const { total, ...phases } = times;
  expect(Object.values(phases).reduce((sum, time) => sum + time)).toBeLessThanOrEqual(total);
  expect(total).toBeLessThan(TIMEOUT_MILLISECONDS + GRACE_MILLISECONDS);
  expect(url).not.toContain('#');
  expect(detail).toBeDefined();
  expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
}

let certificate: TestCertificate;

beforeAll(async () => {
  certificate = await selfSigned(['localhost']);
});

describe('whatever a server sends', () => {
  it('is an observation, in time: over plain HTTP', async () => {
    let bytes: Uint8Array = new Uint8Array();
    const server = await serveBytes((socket) => answerBytes(bytes)(socket));
    const request = { timeoutMilliseconds: TIMEOUT_MILLISECONDS };
    await fc.assert(
      fc.asyncProperty(anyBytes, anyRequest, async (answer, asked) => {
        bytes = answer;
        expectSound(await probeLoopback(server.origin, { ...request, ...asked }));
      }),
      RUNS,
    );
  });

  it('is an observation, in time: over TLS', async () => {
    let bytes: Uint8Array = new Uint8Array();
    const tls = createTLSServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) =>
      answerBytes(bytes)(socket),
    );
    const server = await listen(tls, 'https');
    const request = { timeoutMilliseconds: TIMEOUT_MILLISECONDS, tls: { insecureSkipVerify: true } };
    await fc.assert(
      fc.asyncProperty(anyBytes, anyRequest, async (answer, asked) => {
        bytes = answer;
        expectSound(await probeLoopback(server.origin, { ...request, ...asked }));
      }),
      RUNS,
    );
  });

  it('is an observation, in time: instead of a TLS handshake', async () => {
    let bytes: Uint8Array = new Uint8Array();
    const server = await serveBytes((socket) => socket.end(bytes));
    const records = fc.oneof(
      anyBytes,
      fc
        .tuple(fc.constantFrom(0x14, 0x15, 0x16, 0x17), fc.uint8Array({ maxLength: 60 }))
        .map(([type, rest]) => Buffer.from([type, 3, 3, 0, rest.length, ...rest])),
    );
    await fc.assert(
      fc.asyncProperty(records, async (answer) => {
        bytes = answer;
        const observation = await probeLoopback(server.origin.replace('http', 'https'), {
          timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        });
        expectSound(observation);
        expect(observation.failure?.phase).toBe('TLS');
      }),
      RUNS,
    );
  });

  it('has an answerer, or none, but never an exception', () => {
    const headers = fc.dictionary(
      fc.constantFrom('server', 'x-cache', 'content-type', 'toString'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.nat(999), headers, fc.option(fc.string({ unit: 'binary' })), (code, seen, body) => {
        answeredBy(code, seen, body ?? undefined);
      }),
    );
  });
});

describe('whatever a URL is', () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4Extended(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.string({ maxLength: 12 }),
  );
  const scheme = fc.constantFrom('http://', 'https://', 'HTTP:', 'ftp://', '//', 'http:\\\\', 'file:///', '');
  const anyURL = fc.oneof(
    fc
      .tuple(scheme, host, fc.constantFrom('', ':0', ':80', ':99999', '@10.0.0.1', '#@x', '/../%00', '\t'))
      .map((parts) => parts.join('')),
    fc.string({ maxLength: 30 }),
  );
  const resolver = { resolve: async () => ['192.0.2.1'] };

  it('is guarded or refused: nothing is dialled that the guard did not allow', async () => {
    await fc.assert(
      fc.asyncProperty(anyURL, async (url) => {
        const guard = {
          ...loopbackGuard,
          check: () => ({ allowed: false as const, rule: 'NothingIsAllowed', remedy: 'Nothing allows it.' }),
        };
        const observation = await probeLoopback(url, {}, {}, { guard, resolver });
        expectSound(observation);
        expect(['TargetRefused', 'InvalidURL']).toContain(observation.failure?.reason);
        expect(observation.remoteAddress).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});
