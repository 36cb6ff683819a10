import type { Confidence, Layer } from './vocabulary.ts';

/** The part of a request in which it failed, in the order in which a request goes. */
export const PHASES = ['Resolve', 'Connect', 'TLS', 'Send', 'Wait', 'Receive', 'Assert'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Why a probe failed. `reason` is a stable CamelCase word:
 * Resolve: `NXDomain`, `ServFail`, `DNSTimeout`, `NoRecord` (the name has no address), `DNSFailed`, `InvalidURL`;
 * Connect: `ConnectionRefused`, `ConnectionReset`, `ConnectTimeout`, `HostUnreachable`, `ConnectFailed`,
 * `ProxyRefused` (the proxy did not open the tunnel), `TargetRefused` (see `Observation.refusal`);
 * TLS: `CertificateExpired`, `CertificateNotYetValid`, `CertificateHostMismatch`, `CertificateUntrusted`,
 * `TLSAlert`, `TLSTimeout`, `TLSFailed`, `NotTLS` (the port speaks plain text), `HTTP2NotOffered`;
 * Send: `SendTimeout`, `SendFailed`, `InvalidRequest`, `TokenFailed` (no OAuth2 access token to send);
 * Wait: `HeaderTimeout`, `ClosedBeforeHeaders`, `MalformedResponse`, `TLSExpected` (plain HTTP to a TLS port),
 * `HTTP2Expected` (HTTP/1.1 to a port that speaks HTTP/2 alone);
 * Receive: `BodyTimeout`, `ClosedMidBody`, `MalformedResponse`, `DecodeFailed`, `BodyTooLarge`;
 * Assert: `UnexpectedStatus`, `HeaderMismatch`, `BodyMismatch`, `JSONMismatch`, `TooSlow`, `CertificateExpiresSoon`,
 * `PlainHTTP` (no TLS, but a certificate is expected), `RedirectLoop`, `TooManyRedirects`, `InvalidRedirect`,
 * `InvalidExpectation`;
 * any phase: `Cancelled` (the operator shuts down), `ProberFailed` (a defect of the prober).
 */
export interface ProbeFailure {
  readonly phase: Phase;
  readonly reason: string;
  /** One sentence without secrets, query values or numbers that move by themselves. */
  readonly message: string;
}

/** A connection that the address guard did not allow. */
export interface Refusal {
  /** Stable CamelCase word, such as `CloudMetadata` or `PrivateAddress`. */
  readonly rule: string;
  /** Which of the probe's connections: `target`, `redirect`, `proxy`, `connectTo`, `token`… */
  readonly purpose: string;
  readonly host: string;
  /** One sentence: what an administrator can do to allow it. */
  readonly remedy: string;
}

/** The certificates of the final TLS connection, as metrics need them. Times in Unix seconds. */
export interface CertificateDetail {
  readonly earliestExpirySeconds: number;
  /** Absent where the chain was not verified. */
  readonly lastChainExpirySeconds?: number;
  /** Lower-case hexadecimal without colons. */
  readonly fingerprintSHA256: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly dnsNames: readonly string[];
}

/** Figures of a probe that move by themselves: for metrics, never for the status. */
export interface ProbeDetail {
  /** A phase that was not reached is absent; all are summed over redirects. */
  readonly phaseSeconds: Readonly<
    Partial<Record<'resolve' | 'connect' | 'tls' | 'processing' | 'transfer', number>>
  >;
  readonly totalSeconds: number;
  readonly timeoutSeconds: number;
  /** Of the final response; -1 when unknown, 0 when nobody answered. */
  readonly contentLength: number;
  /** Bytes read of the final body, after decompression. */
  readonly uncompressedBodyLength: number;
  /** Redirect answers, one that was refused included. */
  readonly redirects: number;
  /** Whether the final answer came over TLS. */
  readonly ssl: boolean;
  /** IP address that the first hop's name resolved to. */
  readonly firstAddress?: string;
  readonly lastModifiedSeconds?: number;
  readonly failedDueToRegex: boolean;
  /** Present only where a JSON expectation is configured. */
  readonly failedDueToCEL?: boolean;
  readonly certificate?: CertificateDetail;
}

/** Integer milliseconds. `processing` = Send + Wait, `transfer` = Receive; summed over all redirects. */
export interface PhaseDurations {
  readonly resolve: number;
  readonly connect: number;
  readonly tls: number;
  readonly processing: number;
  readonly transfer: number;
  readonly total: number;
}

/** Which product on the way wrote the answer, from the answer itself. */
export interface AnsweredBy {
  readonly layer: Layer;
  readonly product: string;
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
}

/** A TLS connection as it was negotiated with the final origin. */
export interface TLSObservation {
  /** Such as `TLS 1.3`. */
  readonly version: string;
  /** IANA name. */
  readonly cipher: string;
  /** RFC 3339, of the leaf. */
  readonly notAfterTime?: string;
  /** DNS names and addresses of the leaf. */
  readonly subjectAltNames?: readonly string[];
}

/** From when to when a token holds. RFC 3339. */
export interface TokenValidity {
  readonly notBeforeTime?: string;
  readonly notAfterTime?: string;
}

export interface RedirectHop {
  /** Who sent the redirect, without query, fragment or user info. */
  readonly url: string;
  readonly code: number;
  /** From the headers alone: the body of a redirect that is followed is not read. */
  readonly answeredBy?: AnsweredBy;
}

/** What one request to one URL brought. A network failure is a value here, never an exception. */
export interface Observation {
  /** RFC 3339 with milliseconds: when the request began. */
  readonly time: string;
  /** Method that was sent. */
  readonly method: string;
  /** URLs are shown without query values, fragment and user info. */
  readonly url: string;
  readonly finalURL: string;
  /** Absent when nobody answered. */
  readonly code?: number;
  readonly success: boolean;
  readonly failure?: ProbeFailure;
  readonly redirects: readonly RedirectHop[];
  /** IP address and port, as `address:port` or `[address]:port`, of the last connection. */
  readonly remoteAddress?: string;
  /** `1.0`, `1.1` or `2`. */
  readonly httpVersion?: string;
  readonly durationMilliseconds: PhaseDurations;
  readonly tls?: TLSObservation;
  readonly answeredBy?: AnsweredBy;
  /** Response headers, names in lower case, without Set-Cookie and other credentials; values cut to 1024 characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of all that came before the body, as HTTP/1.1 writes it, with what `headers` leaves out. */
  readonly headerBytes?: number;
  /** The first 4096 characters of the decoded body, for recognising who answered; never shown as it is. */
  readonly bodyStart?: string;
  /** Set when, and only when, `failure.reason` is `TargetRefused`: nothing was sent to that address. */
  readonly refusal?: Refusal;
  /** Codes below 200 that came before the answer, or instead of it; without the 100 that was asked for. */
  readonly informational?: readonly number[];
  /** 32 hexadecimal digits that the probe sent as trace and request id: what to search logs for. */
  readonly requestID?: string;
  /** Of the JSON Web Token that was sent with the last request; absent where none was, or it does not tell. */
  readonly tokenValidity?: TokenValidity;
  readonly detail?: ProbeDetail;
}

/** The failure or code as one word: `HTTP502`, `ConnectionRefused`… ; undefined for a healthy answer. */
export function failureReason(observation: Observation): string | undefined {
  if (observation.success) return undefined;
  const { failure, code } = observation;
  if (failure !== undefined && failure.reason !== 'UnexpectedStatus') return failure.reason;
  return code === undefined ? 'NoAnswer' : `HTTP${code}`;
}

/** Whether the answer shows that the request came through to an application, whatever routed it. */
export const answeredByApplication = ({ answeredBy }: Observation): boolean =>
  answeredBy?.layer === 'Application' && answeredBy.confidence !== 'Low';

/** Whether Envoy tells that somebody behind it wrote the answer. */
export const isPassedOn = ({ headers }: Observation): boolean =>
  headers['x-envoy-upstream-service-time'] !== undefined;

/** Whether DNS has no address for the very host that was asked. */
export const isHostUnknown = ({ failure, redirects }: Observation): boolean =>
  (failure?.reason === 'NXDomain' || failure?.reason === 'NoRecord') && redirects.length === 0;

/** The address without its port of the last connection. */
export const remoteIP = ({ remoteAddress }: Observation): string | undefined =>
  remoteAddress?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

/** Whether the certificate may be what is wrong. */
export const isAboutCertificate = ({ failure }: Observation): boolean =>
  failure?.phase === 'TLS' || failure?.reason === 'CertificateExpiresSoon';

/** Reasons of a failure that say nothing of the target: what the spec asks or expects cannot be. */
export const SPEC_MISTAKES: ReadonlySet<string> = new Set([
  'InvalidExpectation',
  'InvalidRequest',
  'InvalidURL',
]);
