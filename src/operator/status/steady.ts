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
 * for two probes: two causes that are seen by turns do not page two teams by turns.
 */
export function steady(standing: DiagnosisStatus, latest: DiagnosisStatus, absences: number): Steadied {
  if (isSame(standing.verdict, latest.verdict)) {
    const isWeaker = rank(latest.verdict) > rank(standing.verdict);
    return { diagnosis: isWeaker ? { ...latest, verdict: standing.verdict } : latest, absences: 0 };
  }
  if (rank(latest.verdict) < rank(standing.verdict)) return { diagnosis: latest, absences: 0 };
  const findings = withCauseFirst(standing.verdict, latest);
  if (findings !== undefined) return { diagnosis: keptVerdict(standing, latest, findings), absences: 0 };
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

/** 0 is the surest; no confidence at all is the least sure. */
function rank({ confidence }: Verdict): number {
  const index = (CONFIDENCES as readonly (string | undefined)[]).indexOf(confidence);
  return index === -1 ? CONFIDENCES.length : index;
}

/** Whether two verdicts accuse the same object of the same. */
const isSame = (a: Verdict, b: Verdict): boolean =>
  a.reason === b.reason && a.culprit?.ref === b.culprit?.ref;

/** The latest findings with the standing cause before the others; undefined where it is not among them. */
function withCauseFirst(verdict: Verdict, { findings = [] }: DiagnosisStatus): DiagnosisStatus['findings'] {
  const cause = findings.find(
    ({ reason, subject, muted }) =>
      reason === verdict.reason && subject.ref === verdict.culprit?.ref && muted !== true,
  );
  if (cause === undefined) return undefined;
  const { causedBy: _, ...root } = cause;
  return [root, ...findings.filter((finding) => finding !== cause)];
}

function keptVerdict(
  { verdict, matrix }: DiagnosisStatus,
  { matrix: _, ...latest }: DiagnosisStatus,
  findings: DiagnosisStatus['findings'],
): DiagnosisStatus {
  return {
    ...latest,
    verdict,
    ...(matrix === undefined ? {} : { matrix }),
    ...(findings === undefined ? {} : { findings }),
  };
}
