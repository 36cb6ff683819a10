import type { HopRequest, ProbeIdentity } from '../evidence/slot-context.ts';
import { isCredential } from '../probe/hop-headers.ts';
import type { ProbeRequest, TLSSettings } from '../probe/request.ts';

/** Routers seldom verify the certificates of what stands behind them. */
const UNVERIFIED: TLSSettings = Object.freeze({ insecureSkipVerify: true });

/** By the Host of the probe, or the one that the router writes. */
const insideURL = ({ scheme, host, path }: HopRequest, outside: URL, search: string): string =>
  new URL(`${scheme}://${host ?? outside.host}${path}${search}`).href;

/**
 * The probe's request as it is asked further inside: with its method and Host, and with the header by which an
 * application behind a router knows how it was asked outside.
 */
export function hopRequest(request: ProbeRequest, hop: HopRequest): ProbeRequest {
  const outside = new URL(request.url);
  const { method, search } = hop.isHealthCheck
    ? { method: 'GET', search: '' }
    : { ...request, search: outside.search };
  const { timeoutMilliseconds, bodyLimit, httpVersion, compression } = request;
  const forwarded = { name: 'X-Forwarded-Proto', value: outside.protocol.slice(0, -1) };
  const { headers, body, bodyIsSecret, basicAuth, bearerToken, oauth2 } = request;
  const own = {
    ...(body !== undefined && { body }),
    ...(bodyIsSecret !== undefined && { bodyIsSecret }),
    ...(basicAuth && { basicAuth }),
    ...(bearerToken !== undefined && { bearerToken }),
    ...(oauth2 && { oauth2 }),
  };
  return {
    url: insideURL(hop, outside, search),
    method,
    headers: hop.withCredentials ? [...headers, forwarded] : [forwarded],
    ...(hop.withCredentials ? own : {}),
    maxRedirects: 0,
    httpVersion: hop.scheme === 'http' ? 'HTTP1' : httpVersion,
    connectTo: { host: hop.address, port: hop.port },
    tls: UNVERIFIED,
    timeoutMilliseconds,
    bodyLimit,
    ...(compression && { compression }),
  };
}

type OpenParts = Pick<ProbeIdentity, 'headers' | 'bodyBytes'>;

/** By which routers may choose a backend or refuse: what the probe sets itself and what is no secret. */
export function openParts({ headers, body, bodyIsSecret }: ProbeRequest): OpenParts {
  const open = headers.filter((header) => !isCredential(header));
  return {
    ...(open.length > 0 && {
      headers: Object.fromEntries(open.map(({ name, value }) => [name.toLowerCase(), value])),
    }),
    ...(body !== undefined && !bodyIsSecret && { bodyBytes: Buffer.byteLength(body) }),
  };
}
