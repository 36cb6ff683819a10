import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type DetailedPeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { CertificateDetail, TLSObservation } from '../diagnosis/model/observation.ts';
import { describeCertificate } from './certificate.ts';
import { ProbeFault } from './failure.ts';
import { layOver, type Trip } from './hop.ts';
import type { ProbeRequest, TLSSettings } from './request.ts';

/** A handshake that is done. Whether its certificate is to be trusted is for `requireTrusted` to say. */
export interface Handshake {
  readonly socket: TLSSocket;
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  readonly tls: TLSObservation;
  readonly certificate?: CertificateDetail;
}

export interface HandshakeOptions {
  readonly serverName: string;
  readonly settings: TLSSettings;
  readonly withClientCertificate: boolean;
  readonly httpVersion: ProbeRequest['httpVersion'];
}

const ALPN = { Auto: ['h2', 'http/1.1'], HTTP1: ['http/1.1'], HTTP2: ['h2'] };

/** Shakes hands whatever the certificate, so that one that is not valid can be reported. */
export async function handshake(
  trip: Trip,
  underlying: Duplex,
  options: HandshakeOptions,
): Promise<Handshake> {
  const { serverName, settings, httpVersion } = options;
  let peer: DetailedPeerCertificate | undefined;
  const socket = connect({
    socket: underlying,
    host: serverName,
    servername: isIP(serverName) === 0 ? serverName : '',
    ALPNProtocols: ALPN[httpVersion],
    rejectUnauthorized: false,
    secureContext: secureContextFor(settings, options.withClientCertificate),
    checkServerIdentity: (host, certificate) => {
      peer = certificate as DetailedPeerCertificate;
      return checkServerIdentity(host, certificate);
    },
  });
  layOver(trip, socket);
  await trip.deadline.wait<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.on('error', reject);
  });
  const version = (socket.getProtocol() ?? '').replace(
    /^TLSv(1)?(\.\d)?.*/,
    (_, one, minor) => `TLS ${one}${minor ?? '.0'}`,
  );
  const base = { version, cipher: socket.getCipher().standardName };
  const certificate = describe(peer ?? socket.getPeerCertificate(true), socket.authorized);
  return {
    socket,
    protocol: socket.alpnProtocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1',
    tls: certificate === undefined ? base : { ...base, ...certificate.tls },
    ...(certificate && { certificate: certificate.detail }),
  };
}

function describe(peer: DetailedPeerCertificate, verified: boolean) {
  if (peer.raw === undefined) return undefined;
  const { detail, ...tls } = describeCertificate(peer, verified);
  return { detail, tls };
}

const CERTIFICATE_PROBLEMS: Readonly<Record<string, readonly [reason: string, predicate: string]>> = {
  CERT_HAS_EXPIRED: ['CertificateExpired', 'presents a certificate that has expired'],
  CERT_NOT_YET_VALID: ['CertificateNotYetValid', 'presents a certificate that is not valid yet'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['CertificateHostMismatch', 'presents a certificate for other names'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['CertificateUntrusted', 'presents a self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: ['CertificateUntrusted', 'presents a chain whose root is not trusted'],
};

const UNTRUSTED = [
  'CertificateUntrusted',
  'presents a certificate whose issuer is not known: an intermediate is missing or the authority is not trusted',
] as const;

/** Rejects a certificate that is not valid for `serverName`, before anything is sent. */
export function requireTrusted({ socket }: Handshake, serverName: string, settings: TLSSettings): void {
  if (settings.insecureSkipVerify || socket.authorized) return;
  // An error is kept as its code, a string, whatever its type says.
  const [reason, predicate] = CERTIFICATE_PROBLEMS[String(socket.authorizationError)] ?? UNTRUSTED;
  throw new ProbeFault('TLS', reason, `${serverName} ${predicate}.`);
}

let systemTrust: SecureContext | undefined;
const contexts = {
  plain: new WeakMap<TLSSettings, SecureContext>(),
  client: new WeakMap<TLSSettings, SecureContext>(),
};

/** Building a context is the dearest part of a request, so each is built once. Throws a fault when a PEM is not valid. */
function secureContextFor(settings: TLSSettings, withClientCertificate: boolean): SecureContext {
  const { ca, clientCertificate } = settings;
  const client = withClientCertificate ? clientCertificate : undefined;
  if (ca === undefined && client === undefined) {
    systemTrust ??= createSecureContext();
    return systemTrust;
  }
  const cache = client === undefined ? contexts.plain : contexts.client;
  const cached = cache.get(settings);
  if (cached !== undefined) return cached;
  const context = buildContext(ca, client);
  cache.set(settings, context);
  return context;
}

function buildContext(ca: TLSSettings['ca'], client: TLSSettings['clientCertificate']): SecureContext {
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(client && { cert: client.certificate, key: client.key }),
    });
  } catch {
    throw new ProbeFault(
      'Send',
      'InvalidRequest',
      'The CA or the client certificate of the probe cannot be used: give PEM, and a key that fits its certificate.',
    );
  }
}
