import type { TokenValidity } from '../diagnosis/model/observation.ts';
import { isCredential } from './hop-headers.ts';
import type { RequestHeader } from './request.ts';

const JSON_WEB_TOKEN = /\beyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*/;

interface Claims {
  readonly exp?: unknown;
  readonly nbf?: unknown;
}

function claimsOf(payload: string): Claims {
  try {
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))) as Claims;
  } catch {
    return {};
  }
}

/** RFC 3339 of seconds since 1970; undefined for what is no time. */
function timeOf(seconds: unknown): string | undefined {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** From when to when the JSON Web Token among these headers holds; nothing else of it is told. */
export function tokenValidity(headers: readonly RequestHeader[]): TokenValidity | undefined {
  const [payload] = headers
    .filter(isCredential)
    .flatMap(({ value }) => JSON_WEB_TOKEN.exec(value)?.[1] ?? []);
  if (payload === undefined) return undefined;
  const { exp, nbf } = claimsOf(payload);
  const [notBeforeTime, notAfterTime] = [timeOf(nbf), timeOf(exp)];
  if (notBeforeTime === undefined && notAfterTime === undefined) return undefined;
  return { ...(notBeforeTime && { notBeforeTime }), ...(notAfterTime && { notAfterTime }) };
}
