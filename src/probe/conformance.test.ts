import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  closedPort,
  type LocalServer,
  serveBytes,
  serveHTTP,
  serveHTTPS,
} from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import {
  createAuthority,
  selfSigned,
  type TestAuthority,
  type TestCertificate,
} from '../../test/support/test-certificates.ts';
import { resolveManifest } from '../api/defaults.ts';
import type { Expectation, ProbeRequest } from './request.ts';

/**
 * The cases of blackbox_exporter's own HTTP prober tests, by area and number. A case is the same here as there, unless
 * it says `decided`; one that cannot be said in a StatusProbe says why in NOT_APPLICABLE.
 */
interface Case {
  readonly id: string;
  readonly serve: () => Promise<LocalServer>;
  readonly url?: (server: LocalServer) => string;
  readonly request?: Partial<ProbeRequest>;
  readonly expectation?: Partial<Expectation>;
  readonly ok: boolean;
  /** Of the observation; what is not named is not asserted, as in the original. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly code?: number;
  readonly reason?: string;
  /** How often the server is asked. */
  readonly connections?: number;
  /** Why the outcome is not that of the original. */
  readonly decided?: string;
}

const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  SR4: 'there is no setting that skips the resolve phase: the name of the proxy is resolved instead',
  SR5: 'a proxy comes from the spec alone, not from the environment of the operator',
  SR6: 'a proxy comes from the spec alone, not from the environment of the operator',
  QV2: 'HTTP/3 cannot be switched on, so that nothing can contradict it',
  QV4: 'HTTP/3 cannot be switched on, so that nothing can contradict it',
  QV5: 'HTTP/3 cannot be switched on, so that nothing can contradict it',
  QV6: 'HTTP/3 cannot be switched on',
  Q4: 'HTTP/3 cannot be switched on',
};

/** Cases that ask for HTTP/3 by name: decided, the spec is refused before anything is probed. */
const ASK_FOR_HTTP3 = ['HV4', 'HV6', 'QV1', 'QV3', 'Q3'];

const MESSAGE = Buffer.from('hello world'.repeat(10));
const WIRE = { gzip: gzipSync(MESSAGE), br: brotliCompressSync(MESSAGE), deflate: deflateRawSync(MESSAGE) };
const NOT_FOLLOWED = { maxRedirects: 0 };

let authority: TestAuthority;
let localhost: TestCertificate;
let unknown: TestCertificate;

beforeAll(async () => {
  authority = await createAuthority();
  localhost = await authority.issue(['localhost']);
  unknown = await selfSigned(['localhost', '127.0.0.1']);
});

const status = (code: number) => () =>
  serveHTTP((_, response) => {
    response.writeHead(code).end();
  });

const send =
  (body: string | Buffer, headers: Record<string, string | string[]> = {}) =>
  () =>
    serveHTTP((_, response) => {
      response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    });

const encoded = (encoding: keyof typeof WIRE) => send(WIRE[encoding], { 'content-encoding': encoding });

const overTLS = (handler: RequestListener) => () => serveHTTPS(unknown, handler);

const accepting: RequestListener = (_, response) => {
  response.end();
};

/** 200 for the request that `accepts`, 400 for any other. */
const demand = (accepts: (request: IncomingMessage) => boolean) => () =>
  serveHTTP((request, response) => {
    response.writeHead(accepts(request) ? 200 : 400).end();
  });

/** 200 for a request with this body, 400 for any other. */
const demandBody = (wanted: string) => () =>
  serveHTTP((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => response.writeHead(text === wanted ? 200 : 400).end());
  });

const redirect = (response: ServerResponse, location: string, headers: Record<string, string> = {}) =>
  response.writeHead(302, { location, ...headers }).end();

const lengths = (contentLength: number, uncompressedBodyLength = contentLength) => ({
  contentLength,
  uncompressedBodyLength,
});

const statusCodes = (...codes: string[]) => ({ statusCodes: codes });

const STATUS_CODES: Case[] = [
  { id: 'SC1', serve: status(200), ok: true },
  { id: 'SC2', serve: status(201), ok: true },
  { id: 'SC3', serve: status(299), ok: true },
  { id: 'SC4', serve: status(300), ok: false, code: 300 },
  { id: 'SC5', serve: status(404), ok: false },
  { id: 'SC6', serve: status(404), expectation: statusCodes('200', '404'), ok: true },
  { id: 'SC7', serve: status(200), expectation: statusCodes('200', '404'), ok: true },
  { id: 'SC8', serve: status(201), expectation: statusCodes('200', '404'), ok: false },
  { id: 'SC9', serve: status(404), expectation: statusCodes('404'), ok: true },
  { id: 'SC10', serve: status(200), expectation: statusCodes('404'), ok: false },
  { id: 'HV1', serve: status(200), request: { httpVersion: 'Auto' }, ok: true },
  { id: 'HV2', serve: status(200), request: { httpVersion: 'HTTP1' }, ok: true },
  { id: 'HV3', serve: status(200), request: { httpVersion: 'Auto' }, ok: true },
  {
    id: 'HV5',
    serve: status(200),
    request: { httpVersion: 'HTTP2' },
    ok: false,
    reason: 'MalformedResponse',
  },
];

const CONTENT_LENGTHS: Case[] = [
  { id: 'CL1', serve: send(MESSAGE, { 'content-encoding': 'identity' }), ok: true, detail: lengths(110) },
  { id: 'CL2', serve: send(MESSAGE), ok: true, detail: lengths(110) },
  { id: 'CL3', serve: send('x'.repeat(110), { 'content-encoding': 'xxx' }), ok: true, detail: lengths(110) },
  {
    id: 'CL4',
    serve: () =>
      serveHTTP((_, response) => {
        response.writeHead(404, { 'content-length': 9 }).end('not found');
      }),
    ok: false,
    detail: lengths(9),
  },
  { id: 'CL5', serve: encoded('br'), ok: true, detail: lengths(WIRE.br.length) },
  { id: 'CL6', serve: encoded('deflate'), ok: true, detail: lengths(WIRE.deflate.length) },
  { id: 'CL7', serve: encoded('gzip'), ok: true, detail: lengths(WIRE.gzip.length) },
];

/** Which compression contradicts which header Accept-Encoding, by the original's own table. */
const ACCEPTABLE: readonly [compression: ProbeRequest['compression'], accepted: string, ok: boolean][] = [
  [undefined, 'gzip', true],
  ['gzip', 'gzip', true],
  ['gzip', 'gzip;q=1.0', true],
  ['gzip', 'gzip, compress', true],
  ['gzip', 'compress, gzip', true],
  ['gzip', 'deflate', false],
  ['gzip', '*;q=0.0', false],
  ['br', 'gzip, compress', false],
  ['br', 'gzip, compress, *', true],
  ['br', 'gzip, compress, *;q=0.1', true],
  ['br', 'gzip, compress, br;q=0.0', false],
  ['br', 'gzip, compress, *;q=0.0', false],
  ['br', 'gzip;q=1.0, compress;q=0.5, br;q=0.1, *;q=0.0', true],
  ['br', 'br;q=0.1, *;q=0.0, compress;q=0.5, gzip;q=1.0', true],
  ['br', ' gzip;q=1.0,   compress;q=0.5 ,br;q=0.1 , *;q=0.0 ', true],
];

const accept = (value: string) => [{ name: 'Accept-Encoding', value }];

const COMPRESSION: Case[] = [
  {
    id: 'CS1',
    serve: encoded('gzip'),
    request: { compression: 'gzip' },
    ok: true,
    detail: lengths(WIRE.gzip.length, 110),
  },
  {
    id: 'CS2',
    serve: encoded('br'),
    request: { compression: 'br' },
    ok: true,
    detail: lengths(WIRE.br.length, 110),
  },
  {
    id: 'CS3',
    serve: encoded('deflate'),
    request: { compression: 'deflate' },
    ok: true,
    detail: lengths(WIRE.deflate.length, 110),
  },
  {
    id: 'CS4',
    serve: send(MESSAGE, { 'content-encoding': 'identity' }),
    request: { compression: 'identity' },
    ok: true,
    detail: lengths(110),
  },
  {
    id: 'CS5',
    serve: encoded('gzip'),
    request: { compression: 'deflate' },
    ok: false,
    reason: 'DecodeFailed',
    detail: lengths(WIRE.gzip.length, 0),
  },
  ...['gzip', 'br, gzip', '*'].map((value, index) => ({
    id: `CS${6 + index}`,
    serve: encoded('gzip'),
    request: { compression: 'gzip' as const, headers: accept(value) },
    ok: true,
    detail: lengths(WIRE.gzip.length, 110),
  })),
  { id: 'CS9', serve: encoded('gzip'), ok: true, detail: lengths(WIRE.gzip.length) },
];

const A127 = 'A'.repeat(127);
const A129 = 'A'.repeat(129);
const LIMITED = { bodyLimit: 128 };
const LIMITED_GZIP = { ...LIMITED, compression: 'gzip' } as const;
const gzipped = (text: string) => send(gzipSync(text), { 'content-encoding': 'gzip' });

const BODY_LIMIT: Case[] = [
  { id: 'ML1', serve: send(A127), request: LIMITED, ok: true, detail: lengths(127) },
  {
    id: 'ML2',
    serve: send(A129),
    request: LIMITED,
    ok: false,
    reason: 'BodyTooLarge',
    detail: lengths(129, 128),
  },
  {
    id: 'ML3',
    serve: gzipped(A127),
    request: LIMITED_GZIP,
    ok: true,
    detail: lengths(gzipSync(A127).length, 127),
  },
  {
    id: 'ML4',
    serve: gzipped(A129),
    request: LIMITED_GZIP,
    ok: false,
    reason: 'BodyTooLarge',
    detail: lengths(gzipSync(A129).length, 128),
  },
];

const REQUESTS: Case[] = [
  {
    id: 'RD1',
    serve: () =>
      serveHTTP((request, response) =>
        request.url === '/' ? redirect(response, '/noredirect') : response.end(),
      ),
    ok: true,
    detail: { redirects: 1 },
  },
  {
    id: 'RD2',
    serve: () => serveHTTP((_, response) => redirect(response, '/noredirect')),
    request: NOT_FOLLOWED,
    expectation: statusCodes('302'),
    ok: true,
    detail: { redirects: 1 },
    connections: 1,
  },
  {
    id: 'RD3',
    serve: () =>
      serveHTTP((request, response) => {
        const step = Number(request.url?.replace('/redirect-', '').replace('/', '') || 0);
        if (step > 10) response.writeHead(429).end();
        else redirect(response, `/redirect-${step + 1}`);
      }),
    ok: false,
    code: 302,
    reason: 'TooManyRedirects',
    detail: { redirects: 11 },
    connections: 11,
  },
  { id: 'PO1', serve: demand(({ method }) => method === 'POST'), request: { method: 'POST' }, ok: true },
  {
    id: 'BA1',
    serve: demand(({ headers }) => headers.authorization === 'Basic dXNlcm5hbWU6cGFzc3dvcmQ='),
    request: { basicAuth: { username: 'username', password: 'password' } },
    ok: true,
  },
  {
    id: 'BT1',
    serve: demand(({ headers }) => headers.authorization === 'Bearer mysecret'),
    request: { bearerToken: 'mysecret' },
    ok: true,
  },
  // That TLS is expected is said by certificateValidFor.
  ...['NS1', 'NL1'].map((id) => ({
    id,
    serve: status(200),
    expectation: { certificateValidForMilliseconds: 60_000 },
    ok: false,
    reason: 'PlainHTTP',
    detail: { ssl: false },
  })),
  { id: 'NL2', serve: status(200), ok: true, detail: { ssl: false } },
  {
    id: 'NL3',
    serve: () => serveBytes((socket) => socket.destroy()),
    expectation: { certificateValidForMilliseconds: 60_000 },
    ok: false,
    reason: 'ClosedBeforeHeaders',
    detail: { ssl: false },
  },
];

const byCEL = (ok: boolean) => ({ failedDueToCEL: !ok });
const json = (...expressions: string[]) => ({ json: expressions });
const BAZ = '{"foo": {"bar": "baz"}}';
const COWBOYS = '{"foo": {"bar": "🤠🤠🤠"}}';

/** "Fails if the expression matches" is said as its negation; what cannot be evaluated fails either way. */
const notMatching = (id: string, body: string, expression: string, ok: boolean): Case => ({
  id,
  serve: send(body),
  expectation: json(`!(${expression})`),
  ok,
  detail: { ...byCEL(ok), ...lengths(Buffer.byteLength(body)) },
});

const CEL_MATCHES: Case[] = [
  notMatching('CM1', BAZ, "body.foo.bar == 'baz'", false),
  notMatching('CM2', BAZ, "body.foo.bar == 'qux'", true),
  notMatching('CM3', '{}', "body.foo.bar == 'qux'", false),
  notMatching('CM4', BAZ, 'body.foo.bar', false),
  notMatching('CM5', 'hello world', "body.foo.bar == 'baz'", false),
  notMatching('CM6', '{}', "body.foo.bar == 'baz'", false),
  notMatching('CM7', '"foo"', "body == 'foo'", false),
  notMatching('CM8', '["foo","bar","baz"]', "body[2] == 'baz'", false),
  notMatching('CM9', 'true', 'body', false),
  notMatching('CM10', '', "body.foo.bar == 'baz'", false),
  notMatching('CM11', '🤠🤠🤠', "body.foo.bar == 'baz'", false),
  notMatching('CM12', COWBOYS, "body.foo.bar == '😿😿😿'", true),
];

const matching = (id: string, body: string, expression: string, ok: boolean): Case => ({
  id,
  serve: send(body),
  expectation: json(expression),
  ok,
  detail: byCEL(ok),
});

const CEL_NOT_MATCHES: Case[] = [
  matching('CN1', BAZ, "body.foo.bar == 'baz'", true),
  matching('CN2', BAZ, "body.foo.bar == 'qux'", false),
  matching('CN3', '{}', "body.foo.bar == 'qux'", false),
  matching('CN4', BAZ, 'body.foo.bar', false),
  matching('CN5', 'hello world', "body.foo.bar == 'baz'", false),
  matching('CN6', '{}', '!has(body.foo)', true),
  matching('CN7', '"foo"', "body == 'foo'", true),
  matching('CN8', '["foo","bar","baz"]', "body[2] == 'baz'", true),
  matching('CN9', 'true', 'body', true),
  matching('CN10', '', "body.foo.bar == 'baz'", false),
  matching('CN11', '🤠🤠🤠', "body.foo.bar == 'baz'", false),
  matching('CN12', COWBOYS, "body.foo.bar == '🤠🤠🤠'", true),
];

const COULD_NOT = 'could not connect to database';
const DOWNLOAD = 'Download the latest version here';
const body = (kind: 'matches' | 'notMatches', ...patterns: string[]) => ({
  body: { matches: [], notMatches: [], [kind]: patterns },
});

const bodyCase = (id: string, text: string, expectation: Partial<Expectation>, ok: boolean): Case => ({
  id,
  serve: send(text),
  expectation,
  ok,
  detail: { failedDueToRegex: !ok, ...lengths(text.length) },
});

const BODY_PATTERNS: Case[] = [
  bodyCase('BM1', `Bad news: ${COULD_NOT} server`, body('notMatches', COULD_NOT), false),
  bodyCase('BM2', DOWNLOAD, body('notMatches', COULD_NOT), true),
  bodyCase('BM3', 'internal error', body('notMatches', COULD_NOT, 'internal error'), false),
  bodyCase('BM4', 'hello world', body('notMatches', COULD_NOT, 'internal error'), true),
  bodyCase('BN1', `Bad news: ${COULD_NOT} server`, body('matches', DOWNLOAD), false),
  bodyCase('BN2', DOWNLOAD, body('matches', DOWNLOAD), true),
  bodyCase('BN3', DOWNLOAD, body('matches', DOWNLOAD, 'Copyright 2015'), false),
  bodyCase('BN4', `${DOWNLOAD}. Copyright 2015 Test Inc.`, body('matches', DOWNLOAD, 'Copyright 2015'), true),
];

const DOMAIN = '.*Domain=\\.example\\.com.*';
const WWW_COOKIE = 'zz=4; expires=Mon, 01-Jan-1990 00:00:00 GMT; Domain=www.example.com; Path=/';
const WIDE_COOKIE = 'gid=1; expires=Mon, 19-Aug-2030 00:00:00 GMT; Domain=.example.com; Path=/';

const headerCase =
  (kind: 'matches' | 'notMatches') =>
  (
    id: string,
    values: string[],
    [name, pattern, allowMissing]: [string, string, boolean?],
    ok: boolean,
  ): Case => ({
    id,
    serve: send(
      '',
      values.length > 0 ? { [/cookie/i.test(name) ? 'Set-Cookie' : 'Content-Type']: values } : {},
    ),
    expectation: { headers: [{ name, [kind]: pattern, ...(allowMissing && { allowMissing }) }] },
    ok,
    detail: { failedDueToRegex: !ok },
  });

const failsOnMatch = headerCase('notMatches');
const failsWithoutMatch = headerCase('matches');

const HEADER_PATTERNS: Case[] = [
  failsOnMatch('HM1', ['text/javascript'], ['Content-Type', 'text/javascript'], false),
  failsOnMatch('HM2', ['application/octet-stream'], ['Content-Type', 'text/javascript'], true),
  failsOnMatch('HM3', ['application/octet-stream'], ['content-type', 'text/javascript'], true),
  failsOnMatch('HM4', [''], ['Content-Type', '.*'], false),
  failsOnMatch('HM5', [], ['Content-Type', '.*'], false),
  failsOnMatch('HM6', [''], ['Content-Type', '.*', true], false),
  failsOnMatch('HM7', [], ['Content-Type', '.*', true], true),
  failsOnMatch('HM8', [WIDE_COOKIE], ['Set-Cookie', DOMAIN], false),
  failsOnMatch('HM9', [WWW_COOKIE, WIDE_COOKIE], ['Set-Cookie', DOMAIN], false),
  failsWithoutMatch('HN1', ['text/javascript'], ['Content-Type', 'text/javascript'], true),
  failsWithoutMatch('HN2', ['text/javascript'], ['content-type', 'text/javascript'], true),
  failsWithoutMatch('HN3', ['application/octet-stream'], ['Content-Type', 'text/javascript'], false),
  failsWithoutMatch('HN4', [''], ['Content-Type', '.*'], true),
  failsWithoutMatch('HN5', [], ['Content-Type', '.*'], false),
  failsWithoutMatch('HN6', [], ['Content-Type', '.*', true], true),
  failsWithoutMatch('HN7', [WWW_COOKIE], ['Set-Cookie', DOMAIN], false),
  failsWithoutMatch('HN8', [WWW_COOKIE, WIDE_COOKIE], ['Set-Cookie', DOMAIN], true),
];

const SKIP_VERIFY = { tls: { insecureSkipVerify: true } };
const PHASES = ['connect', 'processing', 'resolve', 'tls', 'transfer'];
const upperCase = ({ origin }: LocalServer) => origin.replace('http', 'HTTP');
const mixedCase = ({ origin }: LocalServer) => origin.replace('https', 'HtTpS');

const THE_REST: Case[] = [
  {
    id: 'HH1',
    serve: demand(
      ({ headers }) =>
        headers.host === 'my-secret-vhost.com' &&
        headers['user-agent'] === 'unsuspicious-user' &&
        headers['accept-language'] === 'en-US',
    ),
    request: {
      headers: [
        { name: 'Host', value: 'my-secret-vhost.com' },
        { name: 'User-Agent', value: 'unsuspicious-user' },
        { name: 'Accept-Language', value: 'en-US' },
      ],
    },
    ok: true,
  },
  { id: 'SS1', serve: overTLS(accepting), ok: false, reason: 'CertificateUntrusted', detail: { ssl: false } },
  { id: 'SS2', serve: overTLS(accepting), request: SKIP_VERIFY, ok: true, detail: { ssl: true } },
  { id: 'SS3', serve: status(200), request: SKIP_VERIFY, ok: true, detail: { ssl: false } },
  { id: 'PH1', serve: overTLS(accepting), request: SKIP_VERIFY, ok: true, detail: { phases: PHASES } },
  {
    id: 'CJ1',
    serve: () =>
      serveHTTP((request, response) => {
        const expires = new Date(Date.now() + 365 * 86_400_000).toUTCString();
        if (request.url === '/') {
          redirect(response, '/noredirect', { 'set-cookie': `somecookie=cookie; expires=${expires}` });
        } else response.writeHead(request.headers.cookie === 'somecookie=cookie' ? 200 : 400).end();
      }),
    ok: true,
  },
  { id: 'SR1', serve: status(204), ok: true, detail: { phases: PHASES } },
  { id: 'SR2', serve: status(204), ok: true, detail: { phases: PHASES } },
  { id: 'BD1', serve: demandBody('Test Body'), request: { body: 'Test Body', method: 'POST' }, ok: true },
  {
    id: 'BD2',
    serve: demandBody('Test Body'),
    request: { body: Buffer.from('Test Body'), bodyIsSecret: true, method: 'POST' },
    ok: true,
    decided: 'a body comes from the spec or, in place of a file, from a Secret',
  },
  { id: 'SP1', serve: status(200), ok: true },
  { id: 'SP2', serve: overTLS(accepting), request: SKIP_VERIFY, ok: true },
  { id: 'SP3', serve: status(200), url: upperCase, ok: true },
  { id: 'SP4', serve: overTLS(accepting), url: mixedCase, request: SKIP_VERIFY, ok: true },
  {
    id: 'SP5',
    serve: status(200),
    url: ({ port }) => `127.0.0.1:${port}`,
    ok: false,
    reason: 'InvalidURL',
    decided: 'the contract asks for an absolute URL, where the original takes http for granted',
  },
  {
    id: 'SP6',
    serve: status(200),
    url: ({ port }) => `invalid://127.0.0.1:${port}`,
    ok: false,
    reason: 'InvalidURL',
  },
];

const TABLE: readonly Case[] = [
  ...STATUS_CODES,
  ...CONTENT_LENGTHS,
  ...COMPRESSION,
  ...BODY_LIMIT,
  ...REQUESTS,
  ...CEL_MATCHES,
  ...CEL_NOT_MATCHES,
  ...BODY_PATTERNS,
  ...HEADER_PATTERNS,
  ...THE_REST,
];

/** Cases that need more than one server; each is a test of its own below. */
const OWN_TESTS = ['SN1', 'RT1', 'SR3'];

describe('conformance with blackbox_exporter', () => {
  it.each(TABLE)(
    '$id',
    async ({ serve, url = ({ origin }) => origin, request, expectation, ...expected }) => {
      const server = await serve();
      const { success, code, failure, detail } = await probeLoopback(url(server), request, expectation);
      const { phases, ...figures } = expected.detail ?? {};
      expect({ success, reason: failure?.reason, code, detail }).toMatchObject({
        success: expected.ok,
        ...(expected.reason !== undefined && { reason: expected.reason }),
        ...(expected.code !== undefined && { code: expected.code }),
        detail: figures,
      });
      if (expected.connections !== undefined) expect(server.connections()).toBe(expected.connections);
      if (phases !== undefined) expect(Object.keys(detail?.phaseSeconds ?? {}).sort()).toEqual(phases);
    },
  );

  it('SN1: the name is verified and sent as SNI, although the address is dialled', async () => {
    const server = await serveHTTPS(localhost, accepting);
    const { success, tls } = await probeLoopback(`https://localhost:${server.port}`, {
      ipFamily: 'IPv4',
      tls: { ca: authority.pem },
    });
    expect({ success, names: tls?.subjectAltNames }).toEqual({ success: true, names: ['localhost'] });
  });

  it('RT1: a redirect to a host with TLS works', async () => {
    const secure = await serveHTTPS(localhost, accepting);
    const plain = await serveHTTP((_, response) => redirect(response, `https://localhost:${secure.port}/`));
    const observation = await probeLoopback(plain.origin, { tls: { ca: authority.pem } });
    expect(observation).toMatchObject({ success: true, finalURL: `https://localhost:${secure.port}/` });
  });

  it('SR3: the resolve phase is measured also with a proxy, even one that is dead', async () => {
    const server = await status(204)();
    const proxy = { url: `http://127.0.0.1:${await closedPort()}` };
    const { failure, detail } = await probeLoopback(server.origin, { proxy });
    expect({ reason: failure?.reason, phases: Object.keys(detail?.phaseSeconds ?? {}).sort() }).toEqual({
      reason: 'ConnectionRefused',
      phases: PHASES,
    });
    expect(server.connections()).toBe(0);
  });

  it.each(ACCEPTABLE)('compression %s with Accept-Encoding %s: %s', async (compression, value, ok) => {
    const server = await status(200)();
    // The name of the header in any case.
    const headers = [{ name: 'accept-Encoding', value }];
    const { failure } = await probeLoopback(server.origin, { headers, ...(compression && { compression }) });
    const refused = {
      phase: 'Send',
      reason: 'InvalidRequest',
      message: `The header Accept-Encoding does not accept ${compression}, which compression asks for.`,
    };
    expect(failure).toEqual(ok ? undefined : refused);
    expect(server.connections()).toBe(ok ? 1 : 0);
  });

  it.each(ASK_FOR_HTTP3)('%s: HTTP/3 is refused by the schema', () => {
    expect(
      resolveManifest({ spec: { target: { url: 'https://a.test/' }, request: { httpVersion: 'HTTP3' } } }),
    ).toEqual({
      ok: false,
      message: 'spec.request.httpVersion must be one of Auto, HTTP1, HTTP2.',
    });
  });

  it('accounts for each of the 125 cases', () => {
    const areas = {
      SC: 10,
      HV: 6,
      CL: 7,
      CS: 9,
      ML: 4,
      RD: 3,
      PO: 1,
      BA: 1,
      BT: 1,
      NS: 1,
      NL: 3,
      CM: 12,
      CN: 12,
    };
    const more = {
      BM: 4,
      BN: 4,
      HM: 9,
      HN: 8,
      HH: 1,
      SS: 3,
      SN: 1,
      RT: 1,
      PH: 1,
      CJ: 1,
      SR: 6,
      BD: 2,
      SP: 6,
      QV: 6,
    };
    const all = Object.entries({ ...areas, ...more }).flatMap(([area, count]) =>
      Array.from({ length: count }, (_, index) => `${area}${index + 1}`),
    );
    const accounted = [
      ...TABLE.map(({ id }) => id),
      ...OWN_TESTS,
      ...ASK_FOR_HTTP3,
      ...Object.keys(NOT_APPLICABLE),
    ];
    expect(accounted.sort()).toEqual([...all, 'Q3', 'Q4'].sort());
    expect(accounted).toHaveLength(125);
  });
});
