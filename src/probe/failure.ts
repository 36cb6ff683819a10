import type { Phase, ProbeFailure, Refusal } from '../diagnosis/model/observation.ts';
import { Interrupted } from './deadline.ts';

/** Carries a failure up to `probe`, which turns it into a value. */
export class ProbeFault extends Error {
  readonly failure: ProbeFailure;

  constructor(phase: Phase, reason: string, message: string) {
    super(message);
    this.failure = { phase, reason, message };
  }
}

/** Carries a refusal of the address guard up to `probe`. */
export class RefusedFault extends ProbeFault {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    const what = refusal.purpose === 'target' ? refusal.host : `${refusal.host} (${refusal.purpose})`;
    super('Connect', 'TargetRefused', `${what} may not be probed by rule ${refusal.rule}. ${refusal.remedy}`);
    this.refusal = refusal;
  }
}

type Known = readonly [reason: string, predicate: string];

const TIMEOUTS: Record<Phase, Known> = {
  Resolve: ['DNSTimeout', 'was not resolved in time: the DNS server did not answer'],
  Connect: ['ConnectTimeout', 'did not accept the connection in time'],
  TLS: ['TLSTimeout', 'did not finish the TLS handshake in time'],
  Send: ['SendTimeout', 'did not take the request in time'],
  Wait: ['HeaderTimeout', 'did not send response headers in time'],
  Receive: ['BodyTimeout', 'did not finish the response body in time'],
  Assert: ['BodyTimeout', 'did not finish in time'],
};

const CLOSED: Partial<Record<Phase, Known>> = {
  Connect: ['ConnectionReset', 'closed the connection while it was being opened'],
  TLS: ['TLSFailed', 'closed the connection during the TLS handshake'],
  Send: ['SendFailed', 'closed the connection while the request was being sent'],
  Wait: ['ClosedBeforeHeaders', 'closed the connection without sending response headers'],
  Receive: ['ClosedMidBody', 'closed the connection before the response body was complete'],
};

const UNREACHABLE: Known = ['HostUnreachable', 'cannot be reached: there is no route to it'];
const BY_CODE: Readonly<Record<string, Known>> = {
  ECONNREFUSED: ['ConnectionRefused', 'refused the connection: nothing listens on that port'],
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ETIMEDOUT: TIMEOUTS.Connect,
};

const CLOSED_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_GOAWAY_SESSION',
]);

const UNKNOWN: Record<Phase, Known> = {
  Resolve: ['DNSFailed', 'could not be resolved'],
  Connect: ['ConnectFailed', 'could not be connected to'],
  TLS: ['TLSFailed', 'broke off the TLS handshake'],
  Send: ['SendFailed', 'did not take the request'],
  Wait: ['MalformedResponse', 'answered with something that is not HTTP'],
  Receive: ['MalformedResponse', 'sent a response body that breaks the rules of HTTP'],
  Assert: ['ProberFailed', 'could not be judged: the prober has a defect'],
};

/** What an error of a socket, of TLS or of an HTTP parser means in `phase`; `peer` is the `host:port` that was asked. */
export function failureOf(error: unknown, phase: Phase, peer: string): ProbeFailure {
  if (error instanceof ProbeFault) return error.failure;
  if (error instanceof Interrupted) {
    if (error.why === 'Timeout') return sentence(phase, TIMEOUTS[phase], peer);
    return { phase, reason: 'Cancelled', message: 'The probe was cut short: the prober shuts down.' };
  }
  const code = codeOf(error);
  if (INVALID_REQUEST.has(code)) return { phase: 'Send', reason: 'InvalidRequest', message: UNSENDABLE };
  if (isDefect(code)) return sentence(phase, UNKNOWN.Assert, peer);
  return tlsFailure(code, phase, peer) ?? sentence(phase, knownBy(code, phase), peer);
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function knownBy(code: string, phase: Phase): Known {
  if (CLOSED_CODES.has(code)) return CLOSED[phase] ?? UNKNOWN[phase];
  if (phase === 'Connect') return BY_CODE[code] ?? UNKNOWN.Connect;
  return UNKNOWN[phase];
}

const ALERT = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/;
const INVALID_REQUEST = new Set([
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
  'ERR_HTTP2_HEADER_SINGLE_VALUE',
  'ERR_HTTP2_INVALID_CONNECTION_HEADERS',
]);
const UNSENDABLE =
  'The request cannot be sent: its method, or the name or value of a header, has characters that HTTP does not allow.';

/** Errors of the network always have a code, and none that begins like those of wrong arguments. */
const isDefect = (code: string): boolean => code === '' || code.startsWith('ERR_INVALID_ARG');

const NO_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

/** TLS 1.3 sends the alert about a client certificate after the handshake, when the request is already under way. */
function tlsFailure(code: string, phase: Phase, peer: string): ProbeFailure | undefined {
  const alert = ALERT.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ');
  if (alert === 'no application protocol') {
    return sentence('TLS', ['HTTP2NotOffered', 'does not offer HTTP/2'], peer);
  }
  if (alert !== undefined) {
    return sentence('TLS', ['TLSAlert', `broke off the TLS handshake with the alert "${alert}"`], peer);
  }
  if (phase === 'TLS' && NO_TLS.has(code)) {
    return sentence('TLS', ['NotTLS', 'answered the TLS handshake with something that is not TLS'], peer);
  }
  return undefined;
}

const sentence = (phase: Phase, [reason, predicate]: Known, peer: string): ProbeFailure => ({
  phase,
  reason,
  message: `${peer} ${predicate}.`,
});
