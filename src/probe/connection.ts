import { ProbeFault } from './failure.ts';
import type { Connection, Hop, Trip } from './hop.ts';
import { connectToProxy, proxyFor } from './proxy.ts';
import { hostOf, isAtTarget, portOf, targetOf } from './target-url.ts';
import { connectTCP, type Destination } from './tcp.ts';
import { type Handshake, handshake, requireTrusted } from './tls.ts';

/** Opens a new way to the hop's origin. */
export async function openConnection(trip: Trip, hop: Hop): Promise<Connection> {
  const secure = hop.url.protocol === 'https:';
  const proxy = proxyFor(trip, hop);
  const tcp =
    proxy === undefined
      ? await connectTCP(trip, destinationOf(trip, hop))
      : await connectToProxy(trip, hop, proxy);
  if (!secure) {
    const protocol = hop.httpVersion === 'HTTP2' ? 'HTTP/2' : 'HTTP/1.1';
    return { ...tcp, protocol, throughProxy: proxy !== undefined };
  }
  trip.stopwatch.enter('TLS');
  const { httpVersion, tls: settings, serverName } = hop;
  const done = await handshake(trip, tcp.socket, {
    serverName,
    settings,
    withClientCertificate: hop.trusted,
    httpVersion,
  });
  const { socket, protocol, ...seen } = done;
  trip.report(seen);
  requireTrusted(done, serverName, settings);
  requireVersion(done, serverName, httpVersion);
  return { ...tcp, ...seen, socket, protocol, throughProxy: false };
}

function requireVersion({ protocol }: Handshake, serverName: string, wanted: string): void {
  if (wanted === 'HTTP2' && protocol !== 'HTTP/2') {
    throw new ProbeFault('TLS', 'HTTP2NotOffered', `${serverName} does not offer HTTP/2.`);
  }
}

/** `connectTo` stands in for the host that the spec names, on every hop to it; its port for the port that the spec names. */
function destinationOf({ request }: Trip, { url, purpose }: Hop): Destination {
  const { connectTo } = request;
  const target = targetOf(request);
  const port = portOf(url);
  if (connectTo === undefined || purpose === 'token' || !isAtTarget(url, request)) {
    return { host: hostOf(url), port, purpose };
  }
  const isTargetPort = target.ok && port === portOf(target.url);
  return {
    host: connectTo.host.replace(/^\[|\]$/g, ''),
    port: isTargetPort ? (connectTo.port ?? port) : port,
    purpose: 'connectTo',
  };
}
