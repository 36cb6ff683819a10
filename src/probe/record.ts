import type { Observation, ProbeFailure, RedirectHop, Refusal } from '../diagnosis/model/observation.ts';
import type { Answer } from './answer.ts';
import { answeredBy } from './answered-by.ts';
import type { Body } from './body.ts';
import { detailOf } from './detail.ts';
import type { CompiledExpectation } from './expectation.ts';
import { socketAddress } from './guard.ts';
import type { Connection, Hop } from './hop.ts';
import { headerBytes, shownHeaders } from './response-headers.ts';
import type { Secrets } from './secrets.ts';
import type { Stopwatch } from './stopwatch.ts';
import { displayURL } from './target-url.ts';
import { tokenValidity } from './token-validity.ts';

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
  const { hop, connection, failure, informational, requestID, secrets } = record;
  const { address, port = 0 } = connection;
  const { durationMilliseconds, ...seconds } = stopwatch.stop();
  const validity = tokenValidity(hop?.headers ?? []);
  return {
    time: record.time,
    method: record.method,
    url: record.url,
    finalURL: hop?.purpose === 'redirect' ? secrets.mask(displayURL(hop.url)) : record.url,
    success: failure === undefined,
    redirects: record.redirects.map((redirect) => ({ ...redirect, url: secrets.mask(redirect.url) })),
    durationMilliseconds,
    ...shownAnswer(record),
    detail: { ...seconds, ...detailOf(record, expectation) },
    ...shownFailure(record),
    ...(address !== undefined && { remoteAddress: socketAddress(address, port) }),
    ...(connection.tls && { tls: connection.tls }),
    ...(informational.length > 0 && { informational }),
    ...(requestID !== undefined && { requestID }),
    ...(validity && { tokenValidity: validity }),
  };
}

/** After a redirect, names in it are the server's words, which may repeat what it was sent. */
function shownFailure({
  failure,
  refusal,
  redirectCount,
  secrets,
}: ProbeRecord): Pick<Observation, 'failure' | 'refusal'> {
  if (failure === undefined) return {};
  const shown = (text: string) => (redirectCount > 0 ? secrets.mask(text) : text);
  return {
    failure: { ...failure, message: shown(failure.message) },
    ...(refusal && { refusal: { ...refusal, host: shown(refusal.host) } }),
  };
}

type ShownAnswer = Pick<
  Observation,
  'code' | 'httpVersion' | 'headers' | 'headerBytes' | 'bodyStart' | 'answeredBy'
>;

function shownAnswer({ answer, body, secrets }: ProbeRecord): ShownAnswer {
  if (answer === undefined) return { headers: {} };
  const headers = shownHeaders(answer, secrets);
  const bodyStart = body && secrets.mask(body.start, body.isCut);
  const answerer = answeredBy(answer.code, headers, bodyStart);
  return {
    code: answer.code,
    httpVersion: answer.httpVersion,
    headers,
    headerBytes: headerBytes(answer),
    ...(bodyStart !== undefined && { bodyStart }),
    ...(answerer && { answeredBy: answerer }),
  };
}
