import type { StatusProbeStatus } from '../../api/generated.ts';
import type { AppliedRow, Diagnosis } from '../../diagnosis/model/diagnosis.ts';
import { failureReason, type Observation } from '../../diagnosis/model/observation.ts';
import type { Undiagnosed } from './record.ts';
import type { DiagnosisStatus } from './steady.ts';

const SHOWN_FINDINGS = 20;
const SHOWN_HOPS = 12;
const SHOWN_BLIND_SPOTS = 50;

/** A diagnosis as the status shows it, cut to the bounds of the schema. */
export function statusOf(diagnosis: Diagnosis): DiagnosisStatus {
  const { verdict, matrix, path, endpointsOmitted, findings, notChecked, changes } = diagnosis;
  const omitted = findings.length - SHOWN_FINDINGS;
  return {
    verdict,
    ...(matrix === undefined ? {} : { matrix: appliedRow(matrix) }),
    ...(path.length === 0 ? {} : { path: path.slice(0, SHOWN_HOPS) }),
    ...(endpointsOmitted === 0 ? {} : { endpointsOmitted }),
    ...(findings.length === 0 ? {} : { findings: findings.slice(0, SHOWN_FINDINGS) }),
    ...(omitted > 0 ? { findingsOmitted: omitted } : {}),
    ...(notChecked.length === 0 ? {} : { notChecked: notChecked.slice(0, SHOWN_BLIND_SPOTS) }),
    ...(changes === undefined ? {} : { changes }),
  };
}

/** A row of the matrix holds more than the status has fields for, and the API server takes no others. */
const appliedRow = ({ row, side, meaning, owner, fixArea }: AppliedRow): AppliedRow => ({
  row,
  side,
  meaning,
  owner,
  fixArea,
});

/** The diagnosis that a status shows; undefined before the first visit. */
export function diagnosisOf(status: StatusProbeStatus): DiagnosisStatus | undefined {
  const { verdict, matrix, path, endpointsOmitted, findings, findingsOmitted, notChecked, changes } = status;
  if (verdict === undefined) return undefined;
  return {
    verdict,
    ...(matrix === undefined ? {} : { matrix }),
    ...(path === undefined ? {} : { path }),
    ...(endpointsOmitted === undefined ? {} : { endpointsOmitted }),
    ...(findings === undefined ? {} : { findings }),
    ...(findingsOmitted === undefined ? {} : { findingsOmitted }),
    ...(notChecked === undefined ? {} : { notChecked }),
    ...(changes === undefined ? {} : { changes }),
  };
}

/** A verdict that accuses nobody. */
export const verdictOnly = (owner: 'None' | 'Unknown', reason: string, summary: string): DiagnosisStatus => ({
  verdict: { owner, layer: owner, reason, summary },
});

const WHY: Readonly<Record<Undiagnosed, string>> = {
  InProgress: 'the cause is being looked for',
  Disabled: 'the cause is not looked for, because spec.diagnose.enabled is false',
  BudgetExceeded: 'the search for the cause did not come to an end',
};

/** The verdict on a failure that has no diagnosis. */
export function undiagnosed(observation: Observation, why: Undiagnosed): DiagnosisStatus {
  const seen = failureReason(observation) ?? 'Failed';
  return verdictOnly('Unknown', why === 'InProgress' ? 'Diagnosing' : seen, `${seen}: ${WHY[why]}`);
}

/** The verdict while fewer probes have failed than it takes to say so. */
export const UNDECIDED = verdictOnly(
  'Unknown',
  'Diagnosing',
  'Fewer probes have failed so far than spec.failureThreshold asks for',
);
