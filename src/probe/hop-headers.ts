import { basicCredentials } from './proxy.ts';
import type { ProbeRequest, RequestHeader } from './request.ts';
import { isAtTarget } from './target-url.ts';

/** What decides the headers of one hop, beside the request itself. */
export interface HopContext {
  readonly url: URL;
  readonly method: string;
  readonly body: string | Uint8Array | undefined;
  /** Whether this hop goes to the origin that the spec names, without having left it. */
  readonly trusted: boolean;
  /** User-Agent, trace and request ids. */
  readonly correlation: readonly RequestHeader[];
  readonly accessToken: string | undefined;
  /** Of the answers on the way. */
  readonly cookies: string;
}

/** Headers that are credentials wherever their value comes from. */
const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie']);

export const isCredential = ({ name, secret }: RequestHeader): boolean =>
  secret === true || CREDENTIALS.has(name.toLowerCase());

/** Headers that frame the body: only the prober knows them. */
const FRAMING = new Set(['content-length', 'transfer-encoding']);
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE']);

/** The headers to send: those of the request first, credentials only where trusted, then what they leave unsaid. */
export function hopHeaders(request: ProbeRequest, hop: HopContext): RequestHeader[] {
  const own = request.headers.filter((header) => {
    const name = header.name.toLowerCase();
    if (FRAMING.has(name)) return false;
    if (name === 'host') return isAtTarget(hop.url, request);
    if (name.startsWith('content-')) return hop.body !== undefined;
    return hop.trusted || !isCredential(header);
  });
  const set = new Set(own.map(({ name }) => name.toLowerCase()));
  const others = defaults(request, hop).filter(({ name }) => !set.has(name.toLowerCase()));
  return withCookies([...others, ...own], hop.cookies);
}

function defaults(
  request: ProbeRequest,
  { url, method, body, trusted, correlation, accessToken }: HopContext,
): RequestHeader[] {
  const headers: RequestHeader[] = [
    { name: 'Host', value: url.host },
    ...correlation,
    { name: 'Accept', value: '*/*' },
  ];
  const credentials = trusted ? authorization(request, accessToken) : undefined;
  if (credentials !== undefined) headers.push({ name: 'Authorization', value: credentials, secret: true });
  if (request.compression !== undefined)
    headers.push({ name: 'Accept-Encoding', value: request.compression });
  if (body !== undefined || !WITHOUT_BODY.has(method)) {
    headers.push({ name: 'Content-Length', value: String(Buffer.byteLength(body ?? '')) });
  }
  return headers;
}

function authorization(
  { basicAuth, bearerToken }: ProbeRequest,
  accessToken: string | undefined,
): string | undefined {
  if (basicAuth !== undefined) return basicCredentials(basicAuth.username, basicAuth.password);
  const token = bearerToken ?? accessToken;
  return token === undefined ? undefined : `Bearer ${token}`;
}

function withCookies(headers: RequestHeader[], cookies: string): RequestHeader[] {
  if (cookies === '') return headers;
  const own = headers.filter(({ name }) => name.toLowerCase() === 'cookie');
  const value = [...own.map((header) => header.value), cookies].join('; ');
  return [...headers.filter((header) => !own.includes(header)), { name: 'Cookie', value }];
}
