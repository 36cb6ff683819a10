import type { Observation } from '../../diagnosis/model/observation.ts';
import type { ProbeRecord } from './record.ts';
import type { Tally } from './thresholds.ts';

/** The trace id that a failed probe sent, by which its row is known. */
export interface Trace {
  /** When the probe was sent. */
  readonly time: string;
  readonly id: string;
}

/** The trace of the first failed probe of the present row, where it is known. */
export function rowTrace(
  { rowTrace: known }: ProbeRecord,
  { rowStart }: Tally,
  observation: Observation | undefined,
): Trace | undefined {
  if (rowStart === undefined) return undefined;
  const { time, requestID: id } = observation ?? {};
  return time === rowStart && id !== undefined ? { time, id } : known;
}

/** It stays as it is while a failure lasts. */
export function failureTraceID(
  { status }: ProbeRecord,
  { failingSince }: Tally,
  trace: Trace | undefined,
): string | undefined {
  if (failingSince === undefined) return undefined;
  if (failingSince === status.failingSince) return status.failureTraceID;
  return trace?.time === failingSince ? trace.id : undefined;
}
