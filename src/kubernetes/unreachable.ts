import { ApiError, type Verb } from './api-error.ts';

const CERTIFICATE_CODES =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name does not resolve for now',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to its host',
  ENETUNREACH: 'there is no route to its network',
};

/** A network failure as one sentence: the address and the reason. */
export function unreachable(
  { verb, path }: { readonly verb: Verb; readonly path: string },
  server: string,
  { cause, sent }: { readonly cause: unknown; readonly sent: boolean },
): ApiError {
  const message = `cannot reach the API server at ${server}: ${explain(cause)}`;
  return new ApiError({ verb, path, reason: 'Unreachable', message, cause, neverSent: !sent });
}

function explain(cause: unknown): string {
  const code = codeOf(cause);
  const text = cause instanceof Error ? cause.message : String(cause);
  if (CERTIFICATE_CODES.test(code)) return `its certificate is not trusted: ${text}`;
  return WORDS[code] ?? text;
}

/** True when the server's certificate was refused, which a rotated CA may mend. */
export const isUntrusted = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'Unreachable' && CERTIFICATE_CODES.test(codeOf(error.cause));

function codeOf(cause: unknown): string {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
