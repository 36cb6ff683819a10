import { describe, expect, it } from 'vitest';
import { resolveManifest } from '../../api/defaults.ts';
import { expectationOf, resolveRequest } from './probe-request.ts';
import { MissingValue, type ReadValues, Values } from './values.ts';

/** A spec with this request and these expectations, as the API server completes it. */
function specOf(request: object, expect_: object = {}) {
  const resolution = resolveManifest({
    spec: { target: { url: 'http://a.test/' }, request, expect: expect_ },
  });
  if (!resolution.ok) throw new Error(resolution.message);
  return resolution.spec;
}

const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Secret/token': { value: 't0ken\n' },
  'Secret/user': { username: 'ann', password: 'pa55' },
  'Secret/client': { clientID: 'id', clientSecret: 'cl1ent' },
  'Secret/certificate': { 'tls.crt': 'CERT', 'tls.key': 'KEY' },
  'Secret/body': { payload: '{"a":1}' },
  'ConfigMap/ca': { 'ca.crt': 'CA' },
};

const read: ReadValues = async ({ kind, name }) => {
  const object = OBJECTS[`${kind}/${name}`];
  return object && new Map(Object.entries(object).map(([key, text]) => [key, Buffer.from(text)]));
};

const resolve = (request: object) => resolveRequest(specOf(request), new Values(read));

const PLAIN = {
  method: 'GET',
  headers: [],
  maxRedirects: 10,
  httpVersion: 'Auto',
  tls: {},
  timeoutMilliseconds: 5000,
  bodyLimit: 1_048_576,
};

describe('a request', () => {
  it.each<[string, object, object]>([
    ['that says nothing', {}, PLAIN],
    [
      'with headers, one of them secret',
      {
        headers: [
          { name: 'Accept', value: 'text/html' },
          { name: 'X-Api-Key', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } },
        ],
      },
      {
        ...PLAIN,
        headers: [
          { name: 'Accept', value: 'text/html' },
          { name: 'X-Api-Key', value: 't0ken', secret: true },
        ],
      },
    ],
    ['with a body', { method: 'POST', body: 'hello' }, { ...PLAIN, method: 'POST', body: 'hello' }],
    [
      'with a secret body, to the last byte',
      { method: 'POST', bodyFrom: { secretKeyRef: { name: 'token', key: 'value' } } },
      { ...PLAIN, method: 'POST', body: Buffer.from('t0ken\n'), bodyIsSecret: true },
    ],
    [
      'with basic authentication',
      { basicAuth: { secretRef: { name: 'user' } } },
      { ...PLAIN, basicAuth: { username: 'ann', password: 'pa55' } },
    ],
    [
      'with a bearer token',
      { bearerToken: { secretKeyRef: { name: 'token', key: 'value' } } },
      { ...PLAIN, bearerToken: 't0ken' },
    ],
    [
      'with OAuth2',
      { oauth2: { tokenURL: 'https://login.test/token', secretRef: { name: 'client' }, scopes: ['read'] } },
      {
        ...PLAIN,
        oauth2: {
          tokenURL: 'https://login.test/token',
          clientID: 'id',
          clientSecret: 'cl1ent',
          scopes: ['read'],
        },
      },
    ],
    [
      'through a proxy that wants a password',
      { proxy: { url: 'http://proxy.test:3128', secretRef: { name: 'user' } } },
      { ...PLAIN, proxy: { url: 'http://proxy.test:3128', username: 'ann', password: 'pa55' } },
    ],
    [
      'with all of TLS',
      {
        tls: {
          serverName: 'b.test',
          ca: { configMapKeyRef: { name: 'ca', key: 'ca.crt' } },
          clientCertificate: { secretRef: { name: 'certificate' } },
          insecureSkipVerify: true,
        },
      },
      {
        ...PLAIN,
        tls: {
          serverName: 'b.test',
          ca: 'CA',
          clientCertificate: { certificate: 'CERT', key: 'KEY' },
          insecureSkipVerify: true,
        },
      },
    ],
    [
      'with everything else',
      {
        method: 'HEAD',
        maxRedirects: 0,
        ipFamily: 'IPv6',
        httpVersion: 'HTTP2',
        compression: 'br',
        maxBodySize: '512Ki',
        connectTo: { host: 'c.test', port: 1 },
      },
      {
        ...PLAIN,
        method: 'HEAD',
        maxRedirects: 0,
        ipFamily: 'IPv6',
        httpVersion: 'HTTP2',
        compression: 'br',
        bodyLimit: 524_288,
        connectTo: { host: 'c.test', port: 1 },
      },
    ],
  ])('%s', async (_, request, expected) => expect(await resolve(request)).toEqual(expected));

  it.each<[object, string]>([
    [{ basicAuth: { secretRef: { name: 'nobody' } } }, 'Secret nobody does not exist.'],
    [{ basicAuth: { secretRef: { name: 'token' } } }, 'Secret token has no key username.'],
    [{ tls: { ca: { configMapKeyRef: { name: 'none', key: 'x' } } } }, 'ConfigMap none does not exist.'],
  ])('says what is missing: %j', async (request, message) => {
    const failure = await resolve(request).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MissingValue);
    expect(failure).toMatchObject({ reason: 'SecretNotFound', message });
  });

  it('reads each object once', async () => {
    const reads: string[] = [];
    const values = new Values((source) => {
      reads.push(source.name);
      return read(source);
    });
    await resolveRequest(specOf({ basicAuth: { secretRef: { name: 'user' } } }), values);
    expect(reads).toEqual(['user']);
  });
});

describe('expectations', () => {
  it('default to any success', () => {
    expect(expectationOf(specOf({}))).toEqual({
      statusCodes: ['200-299'],
      headers: [],
      body: { matches: [], notMatches: [] },
      json: [],
    });
  });

  it('are taken over, durations in milliseconds', () => {
    const whole = {
      statusCodes: ['204'],
      headers: [{ name: 'Server', matches: 'nginx', allowMissing: true }],
      body: { matches: ['a'], notMatches: ['b'] },
      json: ['body.ok'],
      maxLatency: '800ms',
      certificateValidFor: '336h',
    };
    expect(expectationOf(specOf({}, whole))).toEqual({
      statusCodes: ['204'],
      headers: [{ name: 'Server', matches: 'nginx', allowMissing: true }],
      body: { matches: ['a'], notMatches: ['b'] },
      json: ['body.ok'],
      maxLatencyMilliseconds: 800,
      certificateValidForMilliseconds: 1_209_600_000,
    });
  });
});
