import type { Observation } from '../diagnosis/model/observation.ts';
import { refuseContradiction } from './accept-encoding.ts';
import { AccessTokens, accessToken } from './access-token.ts';
import type { Answer } from './answer.ts';
import { Body, readBody } from './body.ts';
import { openConnection } from './connection.ts';
import type { Correlation } from './correlation.ts';
import { Deadline } from './deadline.ts';
import type { AddressResolver } from './dns.ts';
import { type CompiledExpectation, compileExpectation } from './expectation.ts';
import { failureOf, ProbeFault, RefusedFault } from './failure.ts';
import type { AddressGuard } from './guard.ts';
import type { Hop, Trip } from './hop.ts';
import { askHTTP1 } from './http1.ts';
import { askHTTP2 } from './http2.ts';
import { type ProbeRecord, toObservation } from './record.ts';
import { RedirectChain } from './redirects.ts';
import type { Expectation, ProbeRequest } from './request.ts';
import { Secrets } from './secrets.ts';
import { Stopwatch } from './stopwatch.ts';
import { targetOf } from './target-url.ts';

export interface ProbeContext {
  readonly guard: AddressGuard;
  readonly resolver: AddressResolver;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Cuts the probe short. */
  readonly signal?: AbortSignal;
  /** Keeps OAuth2 access tokens from one probe to the next. */
  readonly tokens?: AccessTokens;
  /** Headers by which logs can be searched for this very probe. */
  readonly correlation?: Correlation;
}

interface Run {
  readonly trip: Trip;
  readonly record: ProbeRecord;
  readonly expectation: CompiledExpectation;
  readonly context: ProbeContext;
}

/**
 * Asks the URL once, following redirects, each over a new connection. Never throws, and ends within the request's
 * timeout: whatever goes wrong, also a refusal of the guard, is a failure in the observation.
 */
export async function probe(
  request: ProbeRequest,
  expectation: Expectation,
  context: ProbeContext,
): Promise<Observation> {
  const compiled = compileExpectation(expectation);
  const stopwatch = new Stopwatch();
  const deadline = new Deadline(request.timeoutMilliseconds, context.signal);
  const record = newRecord(request, context);
  const report: Trip['report'] = (stage) => {
    Object.assign(record.connection, stage);
    record.firstAddress ??= stage.address;
  };
  const { guard, resolver } = context;
  const trip: Trip = { request, guard, resolver, deadline, stopwatch, opened: [], report };
  try {
    await askAndJudge({ trip, record, expectation: compiled, context });
  } catch (error) {
    record.failure ??= failureOf(error, stopwatch.phase, record.hop?.url.host ?? 'The target');
    if (error instanceof RefusedFault) record.refusal = error.refusal;
  } finally {
    deadline.end();
    closeAll(trip);
  }
  return toObservation(record, stopwatch, compiled);
}

async function askAndJudge({ trip, record, expectation, context }: Run): Promise<void> {
  const { request, stopwatch } = trip;
  const target = targetOf(request);
  if (!target.ok) throw new ProbeFault('Resolve', 'InvalidURL', target.message);
  refuseContradiction(request);
  const token = await tokenFor({ trip, record, expectation, context });
  const chain = new RedirectChain(request, context.correlation?.headers ?? [], token);
  const answer = await followRedirects(trip, record, chain.first(target.url), chain);
  if (answer.code === 401 && request.oauth2 !== undefined) context.tokens?.forget(request.oauth2);
  record.failure ??= expectation.judgeHead(answer);
  record.body = new Body(request.bodyLimit, expectation.needsBody);
  await readBody(answer, record.body, trip.deadline, request.compression);
  stopwatch.enter('Assert');
  if (expectation.needsBody) record.failure ??= expectation.judgeBody(record.body.text);
  record.failure ??= expectation.judgeEnd({
    totalMilliseconds: stopwatch.total,
    now: context.now(),
    certificateExpirySeconds: record.connection.certificate?.earliestExpirySeconds,
  });
}

async function tokenFor({ trip, record, context }: Run): Promise<string | undefined> {
  const { oauth2 } = trip.request;
  if (oauth2 === undefined) return undefined;
  const token = await accessToken(trip, oauth2, context.tokens ?? new AccessTokens(), context.now());
  record.secrets.add(token);
  return token;
}

/** Asks hop after hop, up to the answer that is to be judged. */
async function followRedirects(
  trip: Trip,
  record: ProbeRecord,
  first: Hop,
  chain: RedirectChain,
): Promise<Answer> {
  let hop = first;
  for (;;) {
    record.hop = hop;
    const answer = await ask(trip, record, hop);
    trip.stopwatch.enter('Assert');
    const step = await chain.after(hop, answer);
    record.redirects = chain.followed;
    record.redirectCount = chain.count;
    if (!('next' in step)) {
      record.answer = answer;
      record.failure = step.failure;
      trip.stopwatch.enter('Receive');
      return answer;
    }
    closeAll(trip);
    hop = step.next;
  }
}

async function ask(trip: Trip, record: ProbeRecord, hop: Hop): Promise<Answer> {
  record.connection = {};
  const connection = await openConnection(trip, hop);
  return (connection.protocol === 'HTTP/2' ? askHTTP2 : askHTTP1)(
    trip,
    hop,
    connection,
    record.informational,
  );
}

function newRecord(request: ProbeRequest, { now, correlation }: ProbeContext): ProbeRecord {
  const target = targetOf(request);
  return {
    time: new Date(now()).toISOString(),
    url: target.ok ? target.shown : '',
    method: request.method,
    timeoutMilliseconds: request.timeoutMilliseconds,
    secrets: new Secrets(request),
    informational: [],
    redirects: [],
    redirectCount: 0,
    connection: {},
    ...(correlation && { requestID: correlation.requestID }),
  };
}

function closeAll({ opened }: Trip): void {
  for (const stream of opened.splice(0)) stream.destroy();
}
