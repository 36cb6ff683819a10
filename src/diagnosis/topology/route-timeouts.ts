import { type AnswerEvidence, routerOf } from '../model/answering.ts';
import { isPatient, isTooLate } from '../model/lateness.ts';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a duration as the Gateway API writes it, such as `1m30s`; 0 is no time-out. */
export const durationOf = (text: string): number =>
  [...text.matchAll(/(\d+)(ms|h|m|s)/g)].reduce(
    (sum, [, digits, unit = '']) => sum + Number(digits) * (UNITS[unit] ?? 0),
    0,
  );

const READ_TIMEOUT = 'nginx.ingress.kubernetes.io/proxy-read-timeout';

/** The time-outs that the router of the request sets, in the words of its fields. */
function timeoutsSet({ ingress, httpRoute }: AnswerEvidence): readonly string[] {
  const seconds = ingress?.match?.ingress.metadata.annotations?.[READ_TIMEOUT];
  const fields = Object.entries(httpRoute?.match?.rule.timeouts ?? {});
  return [
    ...(seconds === undefined ? [] : [`annotation ${READ_TIMEOUT}: ${seconds}`]),
    ...fields.map(([field, value]) => `timeouts.${field}: ${value}`),
  ];
}

/** What is told of a router that waited as long as is usual, and gave up then. */
export function patienceOf(evidence: AnswerEvidence): readonly string[] {
  const router = routerOf(evidence);
  const { observation } = evidence;
  const { code, answeredBy } = observation;
  if (router === undefined || !isTooLate(observation) || code === undefined || !isPatient(observation))
    return [];
  if (answeredBy?.layer === 'Edge') return [`${answeredBy.product} waits no longer for anybody`];
  const set = timeoutsSet(evidence).join(', ') || 'it sets no time-out of its own';
  return [`${router.ref} waits as long as is usual before it gives up: ${set}`];
}
