import { setCondition } from '../../api/conditions.ts';
import type { Condition, StatusProbeStatus } from '../../api/generated.ts';
import { fitStatus } from '../../api/status-size.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import { linksOf } from '../links/failure-links.ts';
import { failureTraceID, rowTrace } from './failure-trace.ts';
import { endedFailure, remember } from './history.ts';
import { blind, conditionOf, type Judgement, probed, refused, suspended } from './judgement.ts';
import { lastProbeOf } from './last-probe.ts';
import type { ProbeRecord, Visit } from './record.ts';
import { withPartsOf } from './same-parts.ts';

/** The next record is a pure function of the old one and the visit: no clock, no cluster. */
export function nextRecord(known: ProbeRecord | undefined, visit: Visit): ProbeRecord {
  const before = known?.question === visit.question ? known : anew(known?.status, visit.question);
  const judgement = judge(before, visit);
  const { rowStart, recent } = judgement.tally;
  const trace = rowTrace(before, judgement.tally, observationOf(visit));
  const traceID = failureTraceID(before, judgement.tally, trace);
  const drawn = draw(before.status, judgement, visit);
  return {
    status: fitStatus(withPartsOf(before.status, withTraces(drawn, traceID, visit))),
    question: visit.question,
    ...(rowStart === undefined ? {} : { rowStart }),
    ...(trace === undefined ? {} : { rowTrace: trace }),
    ...(recent === undefined ? {} : { recent }),
    absences: judgement.absences,
  };
}

/** Another target or request: counters, `failingSince` and verdict begin anew; what is past stays past. */
const anew = (status: StatusProbeStatus | undefined, question: string): ProbeRecord => ({
  status: {
    observedGeneration: -1,
    conditions: (status?.conditions ?? []).filter(({ type }) => type !== 'Healthy'),
    ...(status?.history === undefined ? {} : { history: status.history }),
    ...(status?.lastFailure === undefined ? {} : { lastFailure: status.lastFailure }),
  },
  question,
  absences: 0,
});

function judge(before: ProbeRecord, visit: Visit): Judgement {
  const { outcome } = visit;
  if (outcome.kind === 'Probed') return probed(before, visit, outcome);
  if (outcome.kind === 'Blind') return blind(before, outcome);
  if (outcome.kind === 'Suspended') return suspended(outcome.message);
  return refused(outcome.reason, outcome.message);
}

function draw(before: StatusProbeStatus, judgement: Judgement, visit: Visit): StatusProbeStatus {
  const { tally, diagnosis } = judgement;
  const observation = observationOf(visit);
  const lastProbe = observation === undefined ? before.lastProbe : lastProbeOf(observation);
  const target = observation?.url || visit.target;
  return {
    observedGeneration: visit.generation,
    ...(target === undefined ? {} : { target }),
    ...(visit.requestedAt === undefined ? {} : { lastHandledRequest: visit.requestedAt }),
    conditions: conditions(before, judgement, visit),
    ...diagnosis,
    ...(lastProbe === undefined ? {} : { lastProbe }),
    ...(tally.failingSince === undefined ? {} : { failingSince: tally.failingSince }),
    consecutiveFailures: tally.consecutiveFailures,
    consecutiveSuccesses: tally.consecutiveSuccesses,
    ...past(before, judgement, visit, observation),
  };
}

const observationOf = ({ outcome }: Visit): Observation | undefined =>
  'observation' in outcome ? outcome.observation : undefined;

/** Where the logs and traces of the failure are. */
function withTraces(
  status: StatusProbeStatus,
  traceID: string | undefined,
  { links: source }: Visit,
): StatusProbeStatus {
  const traced = traceID === undefined ? status : { ...status, failureTraceID: traceID };
  const links = source === undefined ? [] : linksOf(traced, source);
  return links.length === 0 ? traced : { ...traced, links };
}

function conditions(before: StatusProbeStatus, { claims }: Judgement, visit: Visit): readonly Condition[] {
  // Kubernetes' own conditions hold no fractions of a second.
  const now = visit.now.replace(/\.\d+Z$/, 'Z');
  return claims.reduce<readonly Condition[]>(
    (all, claim) => setCondition(all, { ...claim, observedGeneration: visit.generation }, now),
    before.conditions ?? [],
  );
}

function past(
  before: StatusProbeStatus,
  { tally, diagnosis }: Judgement,
  { now, historyLimit }: Visit,
  observation: Observation | undefined,
): Pick<StatusProbeStatus, 'lastFailure' | 'history'> {
  const recovered = tally.healthy === 'True' && tally.failingSince === undefined;
  const lastFailure =
    (recovered ? endedFailure(before, observation?.time ?? now) : undefined) ?? before.lastFailure;
  const present = {
    time: observation?.time ?? now,
    healthy: tally.healthy,
    isTransition: conditionOf(before, 'Healthy')?.status !== tally.healthy,
    verdict: diagnosis.verdict,
    ...(observation?.code === undefined ? {} : { code: observation.code }),
  };
  return {
    ...(lastFailure === undefined ? {} : { lastFailure }),
    history: remember(before.history ?? [], present, historyLimit),
  };
}
