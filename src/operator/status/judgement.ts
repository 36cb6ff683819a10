import type { ConditionType, NextCondition } from '../../api/conditions.ts';
import type { Condition, StatusProbeStatus } from '../../api/generated.ts';
import { failureReason } from '../../diagnosis/model/observation.ts';
import { diagnosisOf, statusOf, UNDECIDED, undiagnosed, verdictOnly } from './diagnosis-status.ts';
import type { Outcome, ProbeRecord, RefusalReason, Undiagnosed, Visit } from './record.ts';
import { type DiagnosisStatus, type Steadied, steady } from './steady.ts';
import { count, NEW_TALLY, type Tally } from './thresholds.ts';

type OutcomeOf<Kind extends Outcome['kind']> = Extract<Outcome, { readonly kind: Kind }>;
type WithoutGeneration<T> = T extends unknown ? Omit<T, 'observedGeneration'> : never;

/** A condition, but for the generation that all conditions of a visit share. */
export type Claim = WithoutGeneration<NextCondition>;

/** What a visit makes of a probe, before it is drawn up as a status. */
export interface Judgement extends Steadied {
  readonly tally: Tally;
  readonly claims: readonly Claim[];
}

const NOT_NEEDED: Claim = {
  type: 'Diagnosed',
  status: 'True',
  reason: 'NotNeeded',
  message: 'There is no failure to diagnose',
};

/** Nobody is asked and nobody accused. */
export function suspended(message: string): Judgement {
  const diagnosis = verdictOnly('None', 'Suspended', message);
  return idle(diagnosis, [
    { type: 'Ready', status: 'True', reason: 'Suspended', message },
    { type: 'Healthy', status: 'Unknown', reason: 'Suspended', message: said(diagnosis) },
  ]);
}

export function refused(reason: RefusalReason, message: string): Judgement {
  const diagnosis = verdictOnly('None', reason, message);
  return idle(diagnosis, [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Healthy', status: 'Unknown', reason: 'NotProbed', message: said(diagnosis) },
  ]);
}

const idle = (diagnosis: DiagnosisStatus, claims: readonly Claim[]): Judgement => ({
  tally: NEW_TALLY,
  diagnosis,
  absences: 0,
  claims: [...claims, NOT_NEEDED],
});

/** The replica is cut off: counters stand still, and no team is accused. */
export function blind(before: ProbeRecord, { message, ready }: OutcomeOf<'Blind'>): Judgement {
  const diagnosis = verdictOnly('Unknown', 'ProberFailed', message);
  return {
    tally: { ...tallyOf(before), healthy: 'Unknown' },
    diagnosis,
    absences: 0,
    claims: [
      probing(ready),
      { type: 'Healthy', status: 'Unknown', reason: 'ProberFailed', message: said(diagnosis) },
      NOT_NEEDED,
    ],
  };
}

export function probed(before: ProbeRecord, visit: Visit, outcome: OutcomeOf<'Probed'>): Judgement {
  const { observation, ready } = outcome;
  const tally = count(tallyOf(before), observation, visit.thresholds);
  if (tally.healthy !== (observation.success ? 'True' : 'False')) {
    const { diagnosis, claims } = undecided(before, tally);
    return { tally, diagnosis, absences: 0, claims: [probing(ready), ...claims] };
  }
  const { diagnosis, absences, missing } = settled(before, visit.generation, outcome);
  const message = said(diagnosis);
  const healthy: Claim = observation.success
    ? { type: 'Healthy', status: 'True', reason: 'Healthy', message }
    : { type: 'Healthy', status: 'False', reason: failureReason(observation) ?? 'Failed', message };
  const diagnosed = observation.success ? NOT_NEEDED : diagnosedClaim(diagnosis, missing);
  return { tally, diagnosis, absences, claims: [probing(ready), healthy, diagnosed] };
}

/** Too few probes of the other kind in a row: what stood before goes on to stand. */
function undecided({ status }: ProbeRecord, tally: Tally): Pick<Judgement, 'diagnosis' | 'claims'> {
  const standing = diagnosisOf(status);
  const isFirstRow = tally.healthy === 'Unknown' && tally.failingSince === undefined;
  if (isFirstRow || standing === undefined) return { diagnosis: UNDECIDED, claims: NOT_ENOUGH };
  const kept = status.conditions?.filter(({ type }) => type === 'Healthy' || type === 'Diagnosed') ?? [];
  return { diagnosis: standing, claims: kept as readonly Claim[] };
}

interface Settled extends Steadied {
  /** Why the diagnosis that is shown is none. */
  readonly missing?: Undiagnosed;
}

function settled(
  { status, absences }: ProbeRecord,
  generation: number,
  { observation, diagnosis }: OutcomeOf<'Probed'>,
): Settled {
  const standing = standingDiagnosis(status);
  if (typeof diagnosis === 'string') {
    if (standing !== undefined && diagnosis !== 'Disabled') return { diagnosis: standing, absences };
    return { diagnosis: undiagnosed(observation, diagnosis), absences: 0, missing: diagnosis };
  }
  const latest = statusOf(diagnosis);
  const isSameFailure = !observation.success && status.observedGeneration === generation;
  if (standing === undefined || !isSameFailure) return { diagnosis: latest, absences: 0 };
  return steady(standing, withChangesOf(standing, latest), absences);
}

/** What changed before a failure does not change any more, though the traces of it fade and are written over. */
const withChangesOf = ({ changes }: DiagnosisStatus, latest: DiagnosisStatus): DiagnosisStatus =>
  changes === undefined ? latest : { ...latest, changes };

/** The failure that lasts and has a verdict, in the words of `failureReason`. */
export function settledFailure(status: StatusProbeStatus): string | undefined {
  const healthy = conditionOf(status, 'Healthy');
  const isDiagnosed = conditionOf(status, 'Diagnosed')?.status === 'True';
  return healthy?.status === 'False' && isDiagnosed ? healthy.reason : undefined;
}

/** Whether the status tells of a failure whose cause is still being looked for. */
export const isEarlyWord = (status: StatusProbeStatus): boolean =>
  conditionOf(status, 'Diagnosed')?.reason === 'InProgress';

/** The diagnosis of the failure that lasts, if there is one. */
const standingDiagnosis = (status: StatusProbeStatus): DiagnosisStatus | undefined =>
  settledFailure(status) === undefined ? undefined : diagnosisOf(status);

/** True as soon as a verdict stands; what could not be looked at is in the message and never makes it False. */
function diagnosedClaim({ verdict, notChecked = [] }: DiagnosisStatus, missing?: Undiagnosed): Claim {
  const type = 'Diagnosed';
  const { owner, reason, summary } = verdict;
  if (missing === 'InProgress') return { type, status: 'Unknown', reason: missing, message: summary };
  if (missing !== undefined) return { type, status: 'False', reason: missing, message: summary };
  const unseen = [...new Set(notChecked.map((blindSpot) => `${blindSpot.check} (${blindSpot.reason})`))];
  const tail = unseen.length === 0 ? '' : `. Could not be looked at: ${unseen.join(', ')}`;
  const message = `The verdict is ${reason}${tail}`;
  return { type, status: 'True', reason: owner as DiagnosedOwner, message };
}

type DiagnosedOwner = Extract<Claim, { readonly type: 'Diagnosed'; readonly status: 'True' }>['reason'];

const probing = (message: string): Claim => ({ type: 'Ready', status: 'True', reason: 'Probing', message });

/** Owner, colon, summary: what people read in conditions and Events. */
export const said = ({ verdict }: DiagnosisStatus): string => `${verdict.owner}: ${verdict.summary}`;

const NOT_ENOUGH: readonly Claim[] = [
  { type: 'Healthy', status: 'Unknown', reason: 'NotProbed', message: said(UNDECIDED) },
  NOT_NEEDED,
];

export const conditionOf = (
  { conditions = [] }: StatusProbeStatus,
  wanted: ConditionType,
): Condition | undefined => conditions.find(({ type }) => type === wanted);

function tallyOf({ status, rowStart, recent }: ProbeRecord): Tally {
  const { consecutiveFailures = 0, consecutiveSuccesses = 0, failingSince } = status;
  return {
    healthy: conditionOf(status, 'Healthy')?.status ?? 'Unknown',
    consecutiveFailures,
    consecutiveSuccesses,
    ...(rowStart === undefined ? {} : { rowStart }),
    ...(recent === undefined ? {} : { recent }),
    ...(failingSince === undefined ? {} : { failingSince }),
  };
}
