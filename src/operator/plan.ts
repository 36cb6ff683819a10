import type { ResolvedSpec } from '../api/defaults.ts';
import { formatDuration, parseDuration } from '../api/durations.ts';
import { type Target, targetOf } from '../diagnosis/model/target.ts';
import type { Expectation } from '../probe/request.ts';
import { Maintenance } from './maintenance.ts';
import { expectationOf } from './request/probe-request.ts';

/** What a spec means for the prober, worked out once for each generation. */
export interface Plan {
  readonly spec: ResolvedSpec;
  readonly generation: number;
  readonly target: Target;
  /** `spec.target` and `spec.request` as one text: when it changes, everything starts anew. */
  readonly question: string;
  readonly intervalMilliseconds: number;
  readonly shortestInterval: number;
  /** Part of the Ready condition's message. */
  readonly pace: string;
  readonly expectation: Expectation;
  /** Absent where the spec has no windows. */
  readonly maintenance?: Maintenance;
  /** Why the spec cannot be used although all rules hold, as one sentence. */
  readonly problem?: string;
}

/** What a plan depends on besides the spec. */
export interface PlanBasis {
  readonly namespace: string;
  readonly generation: number;
  /** The administrator's, in milliseconds; 0 where there is none. */
  readonly shortestInterval: number;
}

const expectations = new WeakMap<ResolvedSpec['expect'], Expectation>();

/** Of specs that share what they expect, the same: the prober keeps what it has compiled by it. */
function sharedExpectation(spec: ResolvedSpec): Expectation {
  const expectation = expectations.get(spec.expect) ?? expectationOf(spec);
  expectations.set(spec.expect, expectation);
  return expectation;
}

/** Reads a spec of which all rules hold. */
export function planOf(spec: ResolvedSpec, { namespace, generation, shortestInterval }: PlanBasis): Plan {
  const asked = parseDuration(spec.interval) ?? 0;
  const intervalMilliseconds = Math.max(asked, shortestInterval);
  const text = `every ${formatDuration(intervalMilliseconds)}`;
  return {
    spec,
    generation,
    target: targetOf(spec.target, namespace),
    question: JSON.stringify([spec.target, spec.request]),
    intervalMilliseconds,
    shortestInterval,
    pace: asked < shortestInterval ? `${text}, the shortest interval that the policy allows here` : text,
    expectation: sharedExpectation(spec),
    ...maintenanceOf(spec),
  };
}

function maintenanceOf({ maintenance = [] }: ResolvedSpec): Pick<Plan, 'maintenance' | 'problem'> {
  if (maintenance.length === 0) return {};
  try {
    return { maintenance: new Maintenance(maintenance) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
