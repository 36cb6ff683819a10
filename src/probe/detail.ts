import type { ProbeDetail, ProbeFailure } from '../diagnosis/model/observation.ts';
import { type Answer, valuesOf } from './answer.ts';
import type { CompiledExpectation } from './expectation.ts';
import type { ProbeRecord } from './record.ts';

const BY_PATTERN = new Set(['HeaderMismatch', 'BodyMismatch']);

/** The figures that metrics need, beside those that a stopwatch knows. */
export function detailOf(
  record: ProbeRecord,
  expectation: CompiledExpectation,
): Omit<ProbeDetail, 'phaseSeconds' | 'totalSeconds'> {
  const { answer, connection, firstAddress } = record;
  return {
    timeoutSeconds: record.timeoutMilliseconds / 1000,
    contentLength: answer === undefined ? 0 : contentLength(answer),
    uncompressedBodyLength: record.body?.length ?? 0,
    redirects: record.redirectCount,
    ssl: answer !== undefined && connection.tls !== undefined,
    ...causes(record.failure, expectation),
    ...(firstAddress !== undefined && { firstAddress }),
    ...(answer && lastModified(answer)),
    ...(connection.certificate && { certificate: connection.certificate }),
  };
}

/** A body that could not be read fails what is expected of it. */
function causes(failure: ProbeFailure | undefined, { hasBodyPatterns, hasJSON }: CompiledExpectation) {
  const unread = failure?.phase === 'Receive';
  const reason = failure?.reason ?? '';
  return {
    failedDueToRegex: BY_PATTERN.has(reason) || (unread && hasBodyPatterns),
    ...(hasJSON && { failedDueToCEL: reason === 'JSONMismatch' || unread }),
  };
}

function contentLength(answer: Answer): number {
  const [value = ''] = valuesOf(answer, 'content-length');
  return /^\d+$/.test(value) ? Number(value) : -1;
}

function lastModified(answer: Answer): Pick<ProbeDetail, 'lastModifiedSeconds'> {
  const milliseconds = Date.parse(valuesOf(answer, 'last-modified')[0] ?? '');
  return Number.isNaN(milliseconds) ? {} : { lastModifiedSeconds: milliseconds / 1000 };
}
