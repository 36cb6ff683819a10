import type { Symptom } from '../model/check.ts';
import type { AppliedRow, Verdict } from '../model/diagnosis.ts';
import type { Observation } from '../model/observation.ts';
import { symptomsOf } from '../model/symptoms.ts';

/** What was seen, where it was no mere code. */
const SEEN: Readonly<Partial<Record<Symptom, string>>> = {
  DNS: 'DNS gives no address for the host',
  Connection: 'The connection fails before an answer comes',
  TLS: 'No secure connection comes about',
  Timeout: 'No answer comes in time',
  RedirectLoop: 'The redirects come to no end',
  Assertion: 'The answer is not as expected',
  TargetNotFound: 'What the probe names does not exist',
  NoAddress: 'What the probe names has no address',
};

function inWords(observation: Observation): string {
  const [symptom = 'Assertion'] = symptomsOf(observation);
  return SEEN[symptom] ?? `The answer is ${observation.code}`;
}

/** Whose turn it is by the matrix, where the evidence does not say. */
function firstLook({ owner, fixArea }: AppliedRow): string {
  const who = owner === 'Both' ? 'DevOps and Developer' : owner;
  return `; first to look: ${who} (${fixArea})`;
}

/** The verdict where nothing that was found explains the failure: it accuses nobody. */
export const unexplained = (observation: Observation, prior: AppliedRow | undefined): Verdict => ({
  owner: 'Unknown',
  layer: 'Unknown',
  reason: 'CauseUnknown',
  summary: `${inWords(observation)}, and nothing that could be looked at explains it${prior === undefined ? '' : firstLook(prior)}`,
  confidence: 'Low',
});
