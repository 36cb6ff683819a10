import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProbeFault, RefusedFault } from './failure.ts';
import type { Hop, Trip } from './hop.ts';
import type { ProxySettings } from './request.ts';
import { hostOf, parseURL, portOf } from './target-url.ts';
import { connectTCP, permittedAddresses, type TCPConnection } from './tcp.ts';
import { handshake, requireTrusted } from './tls.ts';

export function proxyFor({ request }: Trip, { purpose }: Hop): URL | undefined {
  if (request.proxy === undefined || purpose === 'token') return undefined;
  const parsed = parseURL(request.proxy.url);
  if (!parsed.ok)
    throw new ProbeFault('Send', 'InvalidRequest', `The proxy's URL cannot be used. ${parsed.message}`);
  return parsed.url;
}

/** Connects to the proxy and, for https, has it open a tunnel to the hop's origin. */
export async function connectToProxy(
  trip: Trip,
  hop: Hop,
  proxy: URL,
): Promise<Omit<TCPConnection, 'socket'> & { socket: Duplex }> {
  await refuseHiddenTarget(trip, hop);
  const { socket, ...end } = await connectTCP(trip, {
    host: hostOf(proxy),
    port: portOf(proxy),
    purpose: 'proxy',
  });
  const way = proxy.protocol === 'https:' ? await secured(trip, socket, hostOf(proxy)) : socket;
  return { socket: hop.url.protocol === 'https:' ? await tunnel(trip, hop, way) : way, ...end };
}

/** The proxy resolves the target again; what we can see of it must be permitted all the same. */
async function refuseHiddenTarget(trip: Trip, { url, purpose }: Hop): Promise<void> {
  try {
    await permittedAddresses(trip, { host: hostOf(url), port: portOf(url), purpose });
  } catch (error) {
    const unknownHere = error instanceof ProbeFault && !(error instanceof RefusedFault);
    if (!unknownHere) throw error;
  }
}

async function secured(trip: Trip, socket: Duplex, serverName: string): Promise<Duplex> {
  const { tls: settings } = trip.request;
  const options = { serverName, settings, withClientCertificate: false, httpVersion: 'HTTP1' } as const;
  const done = await handshake(trip, socket, options);
  requireTrusted(done, serverName, settings);
  return done.socket;
}

function tunnel(trip: Trip, { url }: Hop, socket: Duplex): Promise<Duplex> {
  const authority = `${url.hostname}:${portOf(url)}`;
  const request = httpRequest({
    createConnection: () => socket,
    method: 'CONNECT',
    path: authority,
    headers: ['Host', authority, ...proxyAuthorization(trip.request.proxy)],
  });
  return trip.deadline.wait<Duplex>((resolve, reject) => {
    const refuse = (code: number | undefined) =>
      reject(
        new ProbeFault(
          'Connect',
          'ProxyRefused',
          `The proxy answered ${code} when asked for a tunnel to ${authority}.`,
        ),
      );
    request.once('connect', ({ statusCode }) => (statusCode === 200 ? resolve(socket) : refuse(statusCode)));
    request.once('response', ({ statusCode }) => refuse(statusCode));
    request.on('error', reject);
    request.end();
  });
}

/** Name and value of the header that the proxy asks for, as a flat list. */
export function proxyAuthorization(proxy: ProxySettings | undefined): string[] {
  if (proxy?.username === undefined) return [];
  return ['Proxy-Authorization', basicCredentials(proxy.username, proxy.password ?? '')];
}

export const basicCredentials = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
