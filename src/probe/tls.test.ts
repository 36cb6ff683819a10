import { type connect as connectTLS, createServer as createTLSServer } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerBytes,
  listen,
  serveBytes,
  serveHTTP,
  serveHTTPS,
} from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import {
  createAuthority,
  inDays,
  selfSigned,
  type TestAuthority,
  type TestCertificate,
} from '../../test/support/test-certificates.ts';

let authority: TestAuthority;
let good: TestCertificate;
let trusting: { tls: { ca: string } };

beforeAll(async () => {
  authority = await createAuthority();
  good = await authority.issue(['localhost', 'shop.example', '127.0.0.1']);
  trusting = { tls: { ca: authority.pem } };
});

const serve = (certificate: TestCertificate) =>
  serveHTTPS({ ...certificate }, (_, response) => response.end('hello'));

describe('a certificate', () => {
  it('that is good is described', async () => {
    const server = await serve(good);
    const { success, tls, detail } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect({ success, tls }).toEqual({
      success: true,
      tls: {
        version: 'TLS 1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        notAfterTime: good.notAfter.toISOString(),
        subjectAltNames: ['localhost', 'shop.example', '127.0.0.1'],
      },
    });
    expect(detail).toMatchObject({
      ssl: true,
      certificate: {
        earliestExpirySeconds: good.notAfter.getTime() / 1000,
        lastChainExpirySeconds: good.notAfter.getTime() / 1000,
        fingerprintSHA256: expect.stringMatching(/^[0-9a-f]{64}$/),
        subject: 'CN=localhost',
        issuer: 'CN=Test Authority',
        serialNumber: expect.stringMatching(/^[0-9a-f]+$/),
        dnsNames: ['localhost', 'shop.example'],
      },
    });
  });

  it.each([
    ['has expired', { notBefore: inDays(-9), notAfter: inDays(-2) }, 'CertificateExpired'],
    ['is not valid yet', { notBefore: inDays(2) }, 'CertificateNotYetValid'],
  ])('that %s is named, and its facts are kept', async (_, validity, reason) => {
    const certificate = await authority.issue(['localhost'], validity);
    const server = await serve(certificate);
    const observation = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(observation.failure).toMatchObject({ phase: 'TLS', reason });
    expect(observation.tls).toMatchObject({ notAfterTime: certificate.notAfter.toISOString() });
    expect(observation.detail?.certificate).toMatchObject({ subject: 'CN=localhost' });
    expect(observation.detail?.certificate?.lastChainExpirySeconds).toBeUndefined();
    expect(observation.durationMilliseconds).toMatchObject({ processing: 0, transfer: 0 });
  });

  it('for another name is named', async () => {
    const server = await serve(await authority.issue(['other.example']));
    const { failure, tls } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure).toEqual({
      phase: 'TLS',
      reason: 'CertificateHostMismatch',
      message: 'localhost presents a certificate for other names.',
    });
    expect(tls?.subjectAltNames).toEqual(['other.example']);
  });

  it('for another name will do when the spec names it', async () => {
    const server = await serve(await authority.issue(['other.example']));
    const tls = { ...trusting.tls, serverName: 'other.example' };
    expect(await probeLoopback(`https://localhost:${server.port}`, { tls })).toMatchObject({ success: true });
  });

  it('of an unknown authority is named', async () => {
    const server = await serve(good);
    const { failure } = await probeLoopback(`https://localhost:${server.port}`);
    expect(failure).toMatchObject({ phase: 'TLS', reason: 'CertificateUntrusted' });
  });

  it('that signed itself is named', async () => {
    const server = await serve(await selfSigned(['localhost']));
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure?.message).toBe('localhost presents a self-signed certificate.');
  });

  it('is checked before anything is sent', async () => {
    const requests: unknown[] = [];
    const server = await serveHTTPS({ ...(await selfSigned(['localhost'])) }, (request) =>
      requests.push(request.url),
    );
    await probeLoopback(`https://localhost:${server.port}`, { bearerToken: 'mysecret' });
    expect(server.connections()).toBe(1);
    expect(requests).toEqual([]);
  });

  it('is not asked about where the spec says so', async () => {
    const server = await serve(await selfSigned(['other.example']));
    const tls = { insecureSkipVerify: true };
    const { success, detail } = await probeLoopback(`https://localhost:${server.port}`, { tls });
    expect(success).toBe(true);
    expect(detail?.certificate?.lastChainExpirySeconds).toBeUndefined();
  });

  it('of an address is verified by the address', async () => {
    const server = await serve(good);
    expect(await probeLoopback(`https://127.0.0.1:${server.port}`, trusting)).toMatchObject({
      success: true,
    });
  });

  it('must be valid as long as is expected', async () => {
    const server = await serve(good);
    const days = (count: number) => ({ certificateValidForMilliseconds: count * 86_400_000 });
    const url = `https://localhost:${server.port}`;
    expect(await probeLoopback(url, trusting, days(89))).toMatchObject({ success: true });
    expect(await probeLoopback(url, trusting, days(91))).toMatchObject({
      failure: { phase: 'Assert', reason: 'CertificateExpiresSoon' },
    });
  });
});

describe('a client certificate', () => {
  const mutual = (certificate: TestCertificate) =>
    serveHTTPS(
      { ...certificate, ca: authority.pem, requestCert: true, rejectUnauthorized: true },
      (_, response) => response.end(),
    );

  it('is shown to the origin that the spec names', async () => {
    const client = await authority.issue(['probe']);
    const server = await mutual(good);
    const tls = { ...trusting.tls, clientCertificate: { certificate: client.cert, key: client.key } };
    expect(await probeLoopback(`https://localhost:${server.port}`, { tls })).toMatchObject({ success: true });
  });

  it('is missed by name', async () => {
    const server = await mutual(good);
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure).toEqual({
      phase: 'TLS',
      reason: 'TLSAlert',
      message: `localhost:${server.port} broke off the TLS handshake with the alert "certificate required".`,
    });
  });

  it('is not shown to another origin', async () => {
    const client = await authority.issue(['probe']);
    const server = await mutual(good);
    const first = await serveHTTPS({ ...good }, (_, response) => {
      response.writeHead(302, { location: `https://localhost:${server.port}/` }).end();
    });
    const tls = { ...trusting.tls, clientCertificate: { certificate: client.cert, key: client.key } };
    const { failure } = await probeLoopback(`https://localhost:${first.port}`, { tls });
    expect(failure?.message).toContain('"certificate required"');
  });

  it('that is no PEM is named, and nobody is asked', async () => {
    const server = await serve(good);
    const tls = { ...trusting.tls, clientCertificate: { certificate: 'nonsense', key: 'nonsense' } };
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, { tls });
    expect(failure).toMatchObject({ reason: 'InvalidRequest' });
  });
});

describe('a TLS handshake', () => {
  it('with a server of plain HTTP is named', async () => {
    const server = await serveHTTP((_, response) => response.end());
    const { failure } = await probeLoopback(`https://127.0.0.1:${server.port}`);
    expect(failure).toMatchObject({ phase: 'TLS', reason: 'NotTLS' });
  });

  it.each([
    ['closes', (socket: { destroy(): void }) => socket.destroy(), 'TLSFailed'],
    ['never answers', () => {}, 'TLSTimeout'],
  ])('with a server that %s is named', async (_, misbehave, reason) => {
    const server = await serveBytes(misbehave);
    const { failure } = await probeLoopback(`https://127.0.0.1:${server.port}`, { timeoutMilliseconds: 300 });
    expect(failure).toMatchObject({ phase: 'TLS', reason });
  });

  it('with a server of old versions alone is broken off by an alert', async () => {
    const server = await serveHTTPS({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, (_, response) =>
      response.end(),
    );
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure).toMatchObject({ phase: 'TLS', reason: 'TLSAlert' });
  });

  it('with a server that has no certificate to show is broken off by an alert', async () => {
    const server = await serveHTTPS({}, (_, response) => response.end());
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure).toMatchObject({
      reason: 'TLSAlert',
      message: `localhost:${server.port} broke off the TLS handshake with the alert "handshake failure".`,
    });
  });

  it('is a full one each time', async () => {
    const resumed: boolean[] = [];
    const server = await serveHTTPS({ ...good }, (request, response) => {
      resumed.push((request.socket as ReturnType<typeof connectTLS>).isSessionReused());
      response.end();
    });
    const url = `https://localhost:${server.port}`;
    await probeLoopback(url, trusting);
    await probeLoopback(url, trusting);
    expect(resumed).toEqual([false, false]);
    expect(server.connections()).toBe(2);
  });

  it('may be followed by nonsense', async () => {
    const server = await listen(createTLSServer({ ...good }, answerBytes('nonsense\r\n\r\n')), 'https');
    const { failure } = await probeLoopback(`https://localhost:${server.port}`, trusting);
    expect(failure).toMatchObject({ phase: 'Wait', reason: 'MalformedResponse' });
  });
});
