import type { Check, Finding } from '../model/check.ts';
import type { NotChecked } from '../model/diagnosis.ts';
import type { Evidence, Gathered, SlotName } from '../model/evidence.ts';

/** What the chosen checks brought: findings, and looks that could not be taken. */
export interface Outcomes {
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
}

type Blindness = Pick<NotChecked, 'reason' | 'message'>;

function blindness(name: SlotName, gathered: Gathered): Blindness | undefined {
  const slot = gathered[name];
  if (slot === undefined || slot.ok || slot.reason === 'NotApplicable') return undefined;
  return { reason: slot.reason, message: slot.message };
}

/** What kept the check from looking: of these slots the first that could not be looked at. */
function blindSpots({ id }: Check, slots: readonly SlotName[], gathered: Gathered): NotChecked[] {
  for (const name of slots) {
    const why = blindness(name, gathered);
    if (why !== undefined) return [{ check: id, ...why }];
  }
  return [];
}

/** Of these slots those that could be looked at. */
export function seen(gathered: Gathered, slots: readonly SlotName[]): Partial<Evidence> {
  const evidence: Partial<Record<SlotName, unknown>> = {};
  for (const name of slots) {
    const slot = gathered[name];
    if (slot?.ok) evidence[name] = slot.value;
  }
  return evidence as Partial<Evidence>;
}

function outcomeOf(check: Check, gathered: Gathered): Outcomes {
  const applies = check.needs.every((name) => {
    const slot = gathered[name];
    return slot !== undefined && (slot.ok || slot.reason !== 'NotApplicable');
  });
  if (!applies) return { findings: [], notChecked: [] };
  const blind = blindSpots(check, check.needs, gathered);
  if (blind.length > 0) return { findings: [], notChecked: blind };
  try {
    return {
      findings: check.run(seen(gathered, [...check.needs, ...check.wants])),
      notChecked: blindSpots(check, check.wants, gathered),
    };
  } catch (error) {
    // A defect costs this one check, never the verdict.
    const message = `The check has a defect: ${error instanceof Error ? error.message : String(error)}`;
    return { findings: [], notChecked: [{ check: check.id, reason: 'Failed', message }] };
  }
}

/** One DNS, load balancer, Gateway or network answers for all checks of these slots: what keeps us from asking it is told once. */
const SHARED_SLOTS: readonly SlotName[] = [
  'hostRecords',
  'externalAddresses',
  'httpRoute',
  'gateways',
  'gatewayClass',
  'targetGroupBindings',
  'loadBalancer',
  'listeners',
  'targetGroups',
  'webACL',
  'wafRequests',
  'accessLog',
  'dials',
  'hops',
  'repeat',
  'health',
];

/** Leaves out of what could not be looked at there what another check has told already. */
function toldOnce(notChecked: readonly NotChecked[], gathered: Gathered): readonly NotChecked[] {
  const told = (one: Blindness): string => `${one.reason} ${one.message}`;
  const shared = new Set(SHARED_SLOTS.flatMap((name) => blindness(name, gathered) ?? []).map(told));
  return notChecked.filter(
    (one, index) =>
      !shared.has(told(one)) || notChecked.findIndex((other) => told(other) === told(one)) === index,
  );
}

/** Runs the checks on what was gathered. A check whose evidence could not be looked at is inconclusive, never negative. */
export function runChecks(checks: readonly Check[], gathered: Gathered): Outcomes {
  const outcomes = checks.map((check) => outcomeOf(check, gathered));
  return {
    findings: outcomes.flatMap(({ findings }) => findings),
    notChecked: toldOnce(
      outcomes.flatMap(({ notChecked }) => notChecked),
      gathered,
    ),
  };
}
