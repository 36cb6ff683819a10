/** What the API server is asked to do, in the words of RBAC. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface ApiErrorFields {
  readonly verb: Verb;
  readonly path: string;
  readonly reason: string;
  readonly message: string;
  readonly status?: number;
  readonly retryAfterMilliseconds?: number;
  readonly neverSent?: boolean;
  readonly cause?: unknown;
}

/**
 * A call that did not succeed. `reason` is the Status reason of the API server (`NotFound`, `Forbidden`, `Conflict`,
 * `Expired`…) or, where no server answered, one of `Unreachable`, `Timeout`, `InvalidResponse`, `NoCredentials`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly verb: Verb;
  readonly path: string;
  readonly reason: string;
  /** HTTP status; absent when no server answered. */
  readonly status: number | undefined;
  readonly retryAfterMilliseconds: number | undefined;
  /** True when the call did not leave this machine, so that the server cannot have done it. */
  readonly neverSent: boolean;

  constructor(fields: ApiErrorFields) {
    super(`${fields.verb} ${fields.path}: ${fields.message}`, { cause: fields.cause });
    this.verb = fields.verb;
    this.path = fields.path;
    this.reason = fields.reason;
    this.status = fields.status;
    this.retryAfterMilliseconds = fields.retryAfterMilliseconds;
    this.neverSent = fields.neverSent ?? false;
  }
}

/** True for an ApiError with this reason, so that callers can tell absence from blindness. */
export const hasReason = (error: unknown, reason: string): error is ApiError =>
  error instanceof ApiError && error.reason === reason;

/** True when nothing can be created in a namespace any more, because it is being deleted or gone. */
export const isNamespaceGone = (error: unknown): boolean =>
  hasReason(error, 'NotFound') ||
  (hasReason(error, 'Forbidden') && error.message.includes('because it is being terminated'));

/** True when the server has forgotten the moment that a list or watch goes on from: 410, as HTTP status or in-stream. */
export const isExpired = (error: unknown): boolean => error instanceof ApiError && error.status === 410;

const REASON_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The reason that a bare HTTP status stands for where the answer is not a Kubernetes Status. */
const reasonOfStatus = (status: number): string => REASON_OF_STATUS[status] ?? `HTTP${status}`;

interface Status {
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown } | null;
}

function asStatus(body: unknown): Status | undefined {
  const isStatus = typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
  return isStatus ? (body as Status) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Retry-After in milliseconds: seconds or an HTTP date. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** The error that an answer of 300 or above stands for: a Kubernetes Status where there is one, else its first line. */
export function errorFromResponse(
  call: { readonly verb: Verb; readonly path: string },
  response: { readonly status: number; readonly retryAfter: string | undefined; readonly body: string },
): ApiError {
  const status = asStatus(parseJson(response.body));
  const retryAfter = parseRetryAfter(response.retryAfter);
  const text = typeof status?.message === 'string' ? status.message : firstLine(response.body);
  const reason = nonEmpty(status?.reason) ?? reasonOfStatus(response.status);
  return new ApiError({
    verb: call.verb,
    path: call.path,
    status: response.status,
    reason,
    message: text === '' ? `${response.status} ${reason}` : `${response.status} ${reason}: ${text}`,
    ...(retryAfter === undefined ? {} : { retryAfterMilliseconds: retryAfter }),
  });
}

/** The error that an ERROR event on a watch carries. */
export function errorFromStatusObject(
  call: { readonly verb: Verb; readonly path: string },
  object: unknown,
): ApiError {
  const status = asStatus(object);
  const code = typeof status?.code === 'number' ? status.code : 500;
  return errorFromResponse(call, { status: code, retryAfter: undefined, body: JSON.stringify(object) ?? '' });
}

const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const firstLine = (text: string): string => (text.trim().split('\n', 1)[0] ?? '').slice(0, 200);
