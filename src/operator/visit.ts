import type { Observation } from '../diagnosis/model/observation.ts';
import { type Asker, look, type World } from './look.ts';
import { type Plan, planOf } from './plan.ts';
import type { NamespacePolicy } from './policy.ts';
import { settledFailure } from './status/judgement.ts';
import { nextRecord } from './status/next-record.ts';
import { type Outcome, type ProbeRecord, recordOf, type Visit } from './status/record.ts';
import type { StoredProbe } from './stored-probe.ts';
import { nameOfTarget } from './target/resolve-target.ts';

/** What is kept of a probe from one visit to the next. */
export interface Memory {
  readonly plan?: Plan;
  readonly record?: ProbeRecord;
}

export interface VisitParts {
  readonly world: World;
  readonly policy: NamespacePolicy;
  /** How many StatusProbes of the namespace are older. */
  readonly olderProbes: () => number;
  /** Whether a failure whose verdict stands need not be looked into again this time. */
  readonly mayRest?: boolean;
}

/** What a visit brought: the last one stands, those before it were told early. */
export interface Visited extends Memory {
  readonly record: ProbeRecord;
  /** Absent when nothing was asked. */
  readonly observation?: Observation;
}

/** Visits a StatusProbe once; nothing comes of a visit that was cut short. */
export async function* visit(
  probe: StoredProbe,
  memory: Memory,
  signal: AbortSignal,
  parts: VisitParts,
): AsyncGenerator<Visited> {
  const plan = planFor(probe, memory, parts.policy);
  const occasion = occasionOf(probe, plan);
  const before = memory.record ?? adopt(probe, occasion.question);
  const { namespace, name } = probe;
  const links = { templates: parts.world.links ?? [], namespace, name };
  let now: string | undefined;
  const isSame = before.question === occasion.question;
  const asked = { ...(plan && { plan }), ...(isSame && knownOf(before, parts)) };
  for await (const outcome of outcomes(probe, asked, signal, parts)) {
    // The early word and the last one are about one probe: both are judged from the same moment.
    now ??= new Date(parts.world.now()).toISOString();
    const record = nextRecord(before, { ...occasion, links, outcome, now });
    const observation = 'observation' in outcome ? outcome.observation : undefined;
    yield { record, ...(plan && { plan }), ...(observation && { observation }) };
  }
}

/** What is known of the failure that lasts, if one does. */
function knownOf(before: ProbeRecord, { mayRest }: VisitParts): Pick<Asker, 'failingSince' | 'settled'> {
  const failingSince = rowStart(before);
  const settled = mayRest === true ? settledFailure(before.status) : undefined;
  return {
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(settled === undefined ? {} : { settled }),
  };
}

/** When the first of the failed probes was sent that are in a row up to now. */
const rowStart = ({ status, rowStart: since }: ProbeRecord): string | undefined =>
  status.failingSince ?? since;

async function* outcomes(
  { namespace, name, resolution }: StoredProbe,
  { plan, ...known }: { readonly plan?: Plan } & Pick<Asker, 'failingSince' | 'settled'>,
  signal: AbortSignal,
  { world, policy, olderProbes }: VisitParts,
): AsyncGenerator<Outcome> {
  if (plan === undefined) {
    const message = resolution.ok ? '' : resolution.message;
    return yield { kind: 'Refused', reason: 'InvalidSpec', message };
  }
  const isLimited = Number.isFinite(policy.maximumProbes);
  if (isLimited && olderProbes() >= policy.maximumProbes) {
    const message = `The policy of the cluster allows ${policy.maximumProbes} StatusProbes in this namespace, and the older ones have used them up.`;
    return yield { kind: 'Refused', reason: 'QuotaExceeded', message };
  }
  yield* look({ namespace, name, plan, signal, ...known }, world);
}

/** The same plan for the same spec and policy, because the prober keeps what it has compiled by it. */
function planFor(
  { namespace, generation, resolution }: StoredProbe,
  { plan }: Memory,
  { shortestIntervalMilliseconds }: NamespacePolicy,
): Plan | undefined {
  if (!resolution.ok) return undefined;
  const basis = { namespace, generation, shortestInterval: shortestIntervalMilliseconds };
  const isSame = plan?.generation === generation && plan.shortestInterval === basis.shortestInterval;
  return isSame ? plan : planOf(resolution.spec, basis);
}

/** A spec that cannot be used: nothing of it is known. */
const UNUSABLE = { question: '', thresholds: { failure: 1, success: 1 }, historyLimit: 10 };

/** What the judgement of a visit takes from the StatusProbe itself. */
function occasionOf(
  { generation, requestedAt }: StoredProbe,
  plan: Plan | undefined,
): Omit<Visit, 'outcome' | 'now'> {
  const known = { generation, ...(requestedAt === undefined ? {} : { requestedAt }) };
  if (plan === undefined) return { ...known, ...UNUSABLE };
  const { failureThreshold: failure, successThreshold: success, failureWindow, historyLimit } = plan.spec;
  const thresholds = { failure, success, ...(failureWindow === undefined ? {} : { window: failureWindow }) };
  const target = nameOfTarget(plan.target);
  return { ...known, question: plan.question, thresholds, historyLimit, target };
}

/** Where a replica goes on that knows a probe by its stored status alone. */
const adopt = ({ status, generation }: StoredProbe, question: string): ProbeRecord =>
  recordOf(status, status.observedGeneration === generation ? question : 'unknown');
