import type { Observation, ProbeFailure, RedirectHop, Refusal } from '../diagnosis/model/observation.ts';
import type { Answer } from './answer.ts';
import type { Body } from './body.ts';
import { detailOf } from './detail.ts';
import type { CompiledExpectation } from './expectation.ts';
import type { Connection, Hop } from './hop.ts';
import { shownHeaders } from './response-headers.ts';
import type { Secrets } from './secrets.ts';
import type { Stopwatch } from './stopwatch.ts';
import { displayURL } from './target-url.ts';

/** What is known of a probe so far: an observation can be made of it at any time. */
export interface ProbeRecord {
  readonly time: string;
  readonly requestID?: string;
  readonly url: string;
  readonly method: string;
  readonly timeoutMilliseconds: number;
  readonly secrets: Secrets;
  readonly informational: number[];
  redirects: readonly RedirectHop[];
  redirectCount: number;
  /** The last hop that was tried. */
  hop?: Hop;
  /** What is known of the last hop's connection. */
  connection: Partial<Connection>;
  firstAddress?: string | undefined;
  answer?: Answer;
  body?: Body;
  failure?: ProbeFailure | undefined;
  refusal?: Refusal;
}

/** The value that `probe` returns. Ends the measuring. */
export function toObservation(
  record: ProbeRecord,
  stopwatch: Stopwatch,
  expectation: CompiledExpectation,
): Observation {
  const { answer, body, hop, connection, failure, secrets } = record;
  const { durationMilliseconds, ...seconds } = stopwatch.stop();
  return {
    time: record.time,
    method: record.method,
    url: record.url,
    finalURL: hop === undefined ? record.url : displayURL(hop.url),
    success: failure === undefined,
    redirects: record.redirects,
    durationMilliseconds,
    headers: answer === undefined ? {} : shownHeaders(answer, secrets),
    detail: { ...seconds, ...detailOf(record, expectation) },
    ...(answer && { code: answer.code, httpVersion: answer.httpVersion }),
    ...(failure && { failure }),
    ...(record.refusal && { refusal: record.refusal }),
    ...(connection.remoteAddress !== undefined && { remoteAddress: connection.remoteAddress }),
    ...(connection.tls && { tls: connection.tls }),
    ...(body && { bodyStart: secrets.mask(body.start) }),
    ...(record.informational.length > 0 && { informational: record.informational }),
    ...(record.requestID !== undefined && { requestID: record.requestID }),
  };
}
