import type { Check, Finding } from '../model/check.ts';
import type { NotChecked } from '../model/diagnosis.ts';
import type { Evidence, Gathered, SlotName } from '../model/evidence.ts';

/** What the chosen checks brought: findings, and looks that could not be taken. */
export interface Outcomes {
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
}

const blindSpots = (check: Check, slots: readonly SlotName[], gathered: Gathered): NotChecked[] =>
  slots.flatMap((name) => {
    const slot = gathered[name];
    if (slot === undefined || slot.ok || slot.reason === 'NotApplicable') return [];
    return [{ check: check.id, reason: slot.reason, message: slot.message }];
  });

function seen(gathered: Gathered, slots: readonly SlotName[]): Partial<Evidence> {
  const entries = slots.flatMap((name) => {
    const slot = gathered[name];
    return slot?.ok ? [[name, slot.value] as const] : [];
  });
  return Object.fromEntries(entries) as Partial<Evidence>;
}

function outcomeOf(check: Check, gathered: Gathered): Outcomes {
  const applies = check.needs.every((name) => {
    const slot = gathered[name];
    return slot !== undefined && (slot.ok || slot.reason !== 'NotApplicable');
  });
  if (!applies) return { findings: [], notChecked: [] };
  const blind = blindSpots(check, check.needs, gathered);
  if (blind.length > 0) return { findings: [], notChecked: blind.slice(0, 1) };
  return {
    findings: check.run(seen(gathered, [...check.needs, ...check.wants])),
    notChecked: blindSpots(check, check.wants, gathered).slice(0, 1),
  };
}

/** Runs the checks on what was gathered. A check whose evidence could not be looked at is inconclusive, never negative. */
export function runChecks(checks: readonly Check[], gathered: Gathered): Outcomes {
  const outcomes = checks.map((check) => outcomeOf(check, gathered));
  return {
    findings: outcomes.flatMap(({ findings }) => findings),
    notChecked: outcomes.flatMap(({ notChecked }) => notChecked),
  };
}
