import { isCleared, isUnsignedJSON, podHops } from '../model/answering.ts';
import { EVIDENCE_LINES } from '../model/check.ts';
import type { Diagnosis, JudgedFinding, Verdict } from '../model/diagnosis.ts';
import type { Gathered, Route } from '../model/evidence.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import { CONFIDENCES } from '../model/vocabulary.ts';
import { seen } from './check-outcomes.ts';

/** What was found on one way that the request may have taken. */
export interface Trial {
  readonly evidence: Route & Gathered;
  readonly diagnosis: Diagnosis;
}

/** Only what was sent on comes from behind a router: where no connection or handshake came about, nothing was. */
const wasSentOn = ({ failure }: Observation): boolean =>
  failure !== undefined && ['Wait', 'Receive', 'Assert'].includes(failure.phase);

/** 0 is the surest; what accuses nobody is as little sure as can be. */
const rankOf = ({ confidence = 'High' }: Verdict): number => CONFIDENCES.indexOf(confidence);

/** Whether it may lie with another Service: nothing is proved here, and the Pods that were asked directly answer well. */
export function isInDoubt({ evidence, diagnosis: { verdict } }: Trial): boolean {
  const { observation, ...asked } = seen(evidence, ['observation', 'hops', 'endpoints']);
  return rankOf(verdict) > 0 && observation !== undefined && wasSentOn(observation) && isCleared(asked);
}

/** Whether it lies with the other Service: whatever both ways share was seen on the first. */
function isBeyond({ id, subject }: JudgedFinding, first: Diagnosis): boolean {
  const { kind, field = '' } = subject;
  const isOfRouter = kind === 'Ingress' || kind === 'HTTPRoute';
  return first.findings.every((known) => known.id !== id) && (!isOfRouter || /backend/i.test(field));
}

/** Whether the answer may have come from there: what an application wrote comes only from Pods that answer. */
function mayHaveAnswered(evidence: Trial['evidence']): boolean {
  const { observation, ...asked } = seen(evidence, ['observation', 'hops', 'endpoints']);
  const isWritten =
    observation !== undefined && (answeredByApplication(observation) || isUnsignedJSON(observation));
  return !isWritten || podHops(asked).some((hop) => hop.observation.code !== undefined);
}

/** The surer of two. That the request went to the other Service is likely and never proved; `told` says why it may have. */
export function surer(first: Trial, second: Trial, told: string): Trial {
  const { verdict, findings } = second.diagnosis;
  const [accused, ...others] = findings;
  if (accused === undefined || rankOf(verdict) >= rankOf(first.diagnosis.verdict)) return first;
  if (!isBeyond(accused, first.diagnosis) || !mayHaveAnswered(second.evidence)) return first;
  const evidence = [told, ...accused.evidence].slice(0, EVIDENCE_LINES);
  const diagnosis: Diagnosis = {
    ...second.diagnosis,
    verdict: { ...verdict, confidence: 'Medium' },
    findings: [{ ...accused, evidence }, ...others],
  };
  return { ...second, diagnosis };
}
