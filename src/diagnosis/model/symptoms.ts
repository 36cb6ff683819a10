import type { Symptom } from './check.ts';
import type { Observation, ProbeFailure } from './observation.ts';

/** Failure reasons that mean "nobody answered in time", whatever the phase. */
const TIMEOUTS: ReadonlySet<string> = new Set([
  'ConnectTimeout',
  'TLSTimeout',
  'SendTimeout',
  'HeaderTimeout',
  'BodyTimeout',
]);

function failureClass({ phase, reason }: ProbeFailure): Symptom {
  if (reason === 'TargetNotFound' || reason === 'NoAddress') return reason;
  if (reason === 'RedirectLoop' || reason === 'TooManyRedirects') return 'RedirectLoop';
  if (TIMEOUTS.has(reason)) return 'Timeout';
  if (phase === 'Resolve') return 'DNS';
  if (phase === 'Assert') return 'Assertion';
  return phase === 'TLS' ? 'TLS' : 'Connection';
}

/** A success code that was not expected is an answer that is not as expected. */
const codeClass = (code: number): Symptom[] => {
  const group = `${Math.floor(code / 100)}xx`;
  return group === '2xx' ? ['Assertion'] : [code, group as Symptom];
};

/** What was seen, most telling first: a failure without an answer before the code, the code before its class. */
export function symptomsOf({ success, failure, code }: Observation): readonly Symptom[] {
  if (success) return [];
  const byCode = code === undefined ? [] : codeClass(code);
  const isJustTheCode = failure === undefined || failure.reason === 'UnexpectedStatus';
  return isJustTheCode ? byCode : [...new Set([failureClass(failure), ...byCode])];
}
