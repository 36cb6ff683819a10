import type { Confidence, Layer } from './vocabulary.ts';

/** The part of a request in which it failed, in the order in which a request goes. */
export const PHASES = ['Resolve', 'Connect', 'TLS', 'Send', 'Wait', 'Receive', 'Assert'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Why a probe failed. `reason` is a stable CamelCase word:
 * Resolve: `NXDomain`, `ServFail`, `DNSTimeout`, `NoAddress`, `DNSFailed`;
 * Connect: `ConnectionRefused`, `ConnectionReset`, `ConnectTimeout`, `HostUnreachable`, `ConnectFailed`;
 * TLS: `CertificateExpired`, `CertificateNotYetValid`, `CertificateHostMismatch`, `CertificateUntrusted`,
 * `TLSAlert`, `TLSTimeout`, `TLSFailed`;
 * Send: `SendTimeout`, `SendFailed`;
 * Wait: `HeaderTimeout`, `ClosedBeforeHeaders`, `MalformedResponse`;
 * Receive: `BodyTimeout`, `ClosedMidBody`, `DecodeFailed`, `BodyTooLarge`;
 * Assert: `UnexpectedStatus`, `HeaderMismatch`, `BodyMismatch`, `JSONMismatch`, `TooSlow`, `CertificateExpiresSoon`,
 * `RedirectLoop`, `TooManyRedirects`.
 */
export interface ProbeFailure {
  readonly phase: Phase;
  readonly reason: string;
  /** One sentence without secrets, query values or numbers that move by themselves. */
  readonly message: string;
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
  readonly version: string;
  readonly cipher: string;
  /** RFC 3339, of the leaf. */
  readonly notAfterTime?: string;
  /** DNS names and addresses of the leaf. */
  readonly subjectAltNames?: readonly string[];
}

export interface RedirectHop {
  /** Who sent the redirect, without query, fragment or user info. */
  readonly url: string;
  readonly code: number;
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
  /** The first 4096 characters of the decoded body, for recognising who answered; never shown as it is. */
  readonly bodyStart?: string;
}

/** The failure or code as one word: `HTTP502`, `ConnectionRefused`… ; undefined for a healthy answer. */
export function failureReason(observation: Observation): string | undefined {
  if (observation.success) return undefined;
  const { failure, code } = observation;
  if (failure !== undefined && failure.reason !== 'UnexpectedStatus') return failure.reason;
  return code === undefined ? 'NoAnswer' : `HTTP${code}`;
}
