import type { StatusProbeStatus } from '../../api/generated.ts';
import { CONFIDENCES } from '../../diagnosis/model/vocabulary.ts';

/** The part of a status that a diagnosis fills. */
export type DiagnosisStatus = Required<Pick<StatusProbeStatus, 'verdict'>> &
  Pick<
    StatusProbeStatus,
    'matrix' | 'path' | 'endpointsOmitted' | 'findings' | 'findingsOmitted' | 'notChecked' | 'changes'
  >;

type Verdict = DiagnosisStatus['verdict'];

export interface Steadied {
  readonly diagnosis: DiagnosisStatus;
  /** Diagnoses in a row that lacked the evidence of the standing verdict. */
  readonly absences: number;
}

/** After so many diagnoses without its evidence, a verdict falls. */
const ABSENCES = 2;

/**
 * While a failure lasts, its verdict changes only to one of higher confidence, or after its evidence has been absent
 * for two probes: two causes that are seen by turns do not page two teams by turns. What accuses nobody, or has turned
 * out to follow from something else, is less sure than a cause of the same confidence.
 */
export function steady(standing: DiagnosisStatus, latest: DiagnosisStatus, absences: number): Steadied {
  if (isSame(standing.verdict, latest.verdict)) {
    const isWeaker = rank(latest.verdict) > rank(standing.verdict);
    return { diagnosis: isWeaker ? { ...latest, verdict: standing.verdict } : latest, absences: 0 };
  }
  const evidence = evidenceFor(standing.verdict, latest);
  const isConsequence = evidence?.causedBy !== undefined;
  if (rank(latest.verdict) < rank(standing.verdict) + Number(isConsequence)) {
    return { diagnosis: latest, absences: 0 };
  }
  if (evidence !== undefined && !isConsequence) {
    return { diagnosis: keptVerdict(standing, latest, evidence), absences: 0 };
  }
  if (isOutOfSight(standing, latest)) return { diagnosis: standing, absences };
  if (absences + 1 >= ABSENCES) return { diagnosis: latest, absences: 0 };
  return { diagnosis: standing, absences: absences + 1 };
}

/** Looks that fail now and then, and not because they are not allowed. */
const PASSING: ReadonlySet<string> = new Set(['Timeout', 'Throttled', 'Failed']);

/** Whether the check that found the standing cause could not look: what is not seen then is not gone. */
function isOutOfSight(
  { verdict, findings: [cause] = [] }: DiagnosisStatus,
  { notChecked = [] }: DiagnosisStatus,
): boolean {
  return (
    cause?.reason === verdict.reason &&
    notChecked.some(({ check, reason }) => check === cause.check && PASSING.has(reason))
  );
}

/** 0 is the surest; no confidence at all is the least sure; between two steps lies what accuses nobody. */
function rank({ confidence, owner }: Verdict): number {
  const index = (CONFIDENCES as readonly (string | undefined)[]).indexOf(confidence);
  return 2 * (index === -1 ? CONFIDENCES.length : index) + Number(owner === 'Unknown');
}

const isAbout = (a: Verdict['culprit'], b: Verdict['culprit']): boolean =>
  a?.ref === b?.ref && a?.field === b?.field;

/** Whether two verdicts accuse the same object of the same. */
const isSame = (a: Verdict, b: Verdict): boolean => a.reason === b.reason && isAbout(a.culprit, b.culprit);

type Findings = NonNullable<DiagnosisStatus['findings']>;

/** What the latest diagnosis has found of a verdict's cause. */
const evidenceFor = (
  { reason, culprit }: Verdict,
  { findings = [] }: DiagnosisStatus,
): Findings[number] | undefined =>
  findings.find((each) => each.reason === reason && isAbout(each.subject, culprit) && each.muted !== true);

/** The latest diagnosis under the verdict that stands, with its evidence before the other findings. */
function keptVerdict(
  { verdict, matrix }: DiagnosisStatus,
  { matrix: _, findings = [], ...latest }: DiagnosisStatus,
  evidence: Findings[number],
): DiagnosisStatus {
  return {
    ...latest,
    verdict,
    ...(matrix === undefined ? {} : { matrix }),
    findings: [evidence, ...findings.filter((finding) => finding !== evidence)],
  };
}
