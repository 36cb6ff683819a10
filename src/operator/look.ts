import { isDeepStrictEqual } from 'node:util';
import { failureReason, type Observation, SPEC_MISTAKES } from '../diagnosis/model/observation.ts';
import { diagnose, type Question, type Result, type Steps } from '../pipeline.ts';
import type { Expectation, ProbeRequest, TLSSettings } from '../probe/request.ts';
import type { LinkTemplate } from './links/link-templates.ts';
import type { Plan } from './plan.ts';
import { resolveRequest } from './request/probe-request.ts';
import { MissingValue, type ReadValues, Values } from './request/values.ts';
import type { Outcome } from './status/record.ts';
import { unanswered } from './target/missing-target.ts';
import { nameOfTarget, resolveTarget } from './target/resolve-target.ts';
import type { ResolvedTarget, TargetReader } from './target/resolved-target.ts';
import type { Starts } from './turns.ts';

/** The StatusProbe on whose behalf the world is looked at. */
export interface Asker {
  readonly namespace: string;
  readonly name: string;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** RFC 3339: when the present row of failures began; absent where there is none yet. */
  readonly failingSince?: string;
  /** The failure whose verdict stands and need not be looked into now. */
  readonly settled?: string;
}

/** One request that is about to be sent. */
export interface Inquiry extends Asker {
  readonly request: ProbeRequest;
  readonly expectation: Expectation;
  /** A host to connect to that an object of the probe's own namespace names, and not the spec itself. */
  readonly ownHost?: string;
}

/** All that one look at a target needs of the world. */
export interface World extends Starts {
  readonly reader: TargetReader;
  valuesFor(namespace: string): ReadValues;
  /** To the logs and traces of a failure. */
  readonly links?: readonly LinkTemplate[];
  /** Lets Secrets and ConfigMaps of a namespace be read anew. */
  forgetValues(namespace: string): void;
  probe(inquiry: Inquiry): Promise<Observation>;
  /** What looks for the cause of a failure. */
  investigate(inquiry: Inquiry): Omit<Steps, 'observe'>;
  /** Why this process itself is cut off; undefined when it is not. */
  whyBlind(): Promise<string | undefined>;
  /** Unix milliseconds. */
  now(): number;
}

/** After so long, a failure is told before its cause is known. */
const TELL_AFTER_MILLISECONDS = 3_000;

/** Beyond one further timeout for the hops, after which a diagnosis is given up: the API server hangs. */
const BUDGET_MILLISECONDS = 7_000;

/** Codes and failures after which a Secret may have been mended: it is read anew at once. */
const UNAUTHORIZED: ReadonlySet<number> = new Set([401, 403, 407]);
const CREDENTIALS_REFUSED: ReadonlySet<string> = new Set([
  'CertificateUntrusted',
  'InvalidRequest',
  'ProxyRefused',
  'TLSAlert',
  'TokenFailed',
]);

/**
 * Looks at a target once: what came of it, last of all the final word. Where the diagnosis takes long, the failure
 * itself comes before it. Nothing comes when the look was cut short.
 */
export async function* look(asker: Asker, world: World): AsyncGenerator<Outcome> {
  if (asker.plan.problem !== undefined) return yield invalid(asker.plan.problem);
  const suspension = whySuspended(asker.plan, world.now());
  if (suspension !== undefined) return yield { kind: 'Suspended', message: suspension };
  const where = await resolveTarget(asker.plan.target, world.reader);
  const inquiry = await inquire(asker, where, world);
  if ('kind' in inquiry) return yield inquiry;
  const observation =
    where.kind === 'Missing'
      ? unanswered(where, inquiry.request.method, world.now())
      : await world.probe(inquiry);
  yield* judge(inquiry, observation, world);
}

function whySuspended({ spec, maintenance }: Plan, now: number): string | undefined {
  if (spec.suspend) return 'Not probed while spec.suspend is true';
  const window = maintenance?.openAt(now);
  if (window === undefined) return undefined;
  const end = new Date(window.end).toISOString().replace('.000Z', 'Z');
  return `Not probed until ${end}: the maintenance window ${window.schedule} (${window.timeZone}) is open`;
}

/** The request with everything that it takes, or why there is none. */
async function inquire(asker: Asker, where: ResolvedTarget, world: World): Promise<Inquiry | Outcome> {
  if (where.kind === 'Invalid') return invalid(where.message);
  if (where.kind === 'Unseen') return { kind: 'Blind', message: where.message, ready: readyMessage(asker) };
  try {
    const { spec, expectation } = asker.plan;
    const values = new Values(world.valuesFor(asker.namespace));
    const resolved = await resolveRequest(spec, values);
    const request = { ...resolved, url: where.url ?? '', tls: lasting(asker.plan, resolved.tls) };
    const ownHost = where.kind === 'Found' ? where.connectTo : undefined;
    if (ownHost === undefined || request.connectTo !== undefined || request.proxy !== undefined) {
      return { ...asker, request, expectation };
    }
    return { ...asker, request: { ...request, connectTo: ownHost }, expectation, ...provedHost(where) };
  } catch (error) {
    if (!(error instanceof MissingValue)) throw error;
    world.forgetValues(asker.namespace);
    return { kind: 'Refused', reason: error.reason, message: error.message };
  }
}

/** A host that stands in a field which the cluster writes. */
function provedHost(where: ResolvedTarget): Pick<Inquiry, 'ownHost'> {
  if (where.kind !== 'Found' || where.connectTo === undefined || where.isAskedFor === true) return {};
  return { ownHost: where.connectTo.host };
}

const lastTLS = new WeakMap<Plan, TLSSettings>();

/** The same object as long as nothing in it changes: the prober keeps parsed keys by it. */
function lasting(plan: Plan, tls: TLSSettings): TLSSettings {
  const known = lastTLS.get(plan);
  if (known !== undefined && isDeepStrictEqual(known, tls)) return known;
  lastTLS.set(plan, tls);
  return tls;
}

const invalid = (message: string): Outcome => ({ kind: 'Refused', reason: 'InvalidSpec', message });

async function* judge(inquiry: Inquiry, observation: Observation, world: World): AsyncGenerator<Outcome> {
  const { code = 0, failure, refusal } = observation;
  const { reason = '', message = '' } = failure ?? {};
  if (reason === 'Cancelled') return;
  if (UNAUTHORIZED.has(code) || CREDENTIALS_REFUSED.has(reason)) world.forgetValues(inquiry.namespace);
  if (refusal !== undefined) return yield { kind: 'Refused', reason: 'TargetRefused', message };
  if (SPEC_MISTAKES.has(reason)) return yield invalid(message);
  const blindness = await whyBlind(observation, world);
  if (blindness !== undefined) {
    return yield {
      kind: 'Blind',
      observation,
      message: blindness,
      ready: readyMessage(inquiry, observation),
    };
  }
  yield* tell(inquiry, observation, world);
}

const readyMessage = ({ plan }: Asker, observation?: Observation): string =>
  `Probing ${observation?.url || nameOfTarget(plan.target)} ${plan.pace}`;

/** A probe that fails without an answer may be the fault of where it was sent from. */
async function whyBlind({ success, code, failure }: Observation, world: World): Promise<string | undefined> {
  if (failure?.reason === 'ProberFailed') return failure.message;
  const isSuspicious = !success && code === undefined && !isMissing(failure);
  return isSuspicious ? world.whyBlind() : undefined;
}

const isMissing = (failure: Observation['failure']): boolean =>
  failure?.reason === 'TargetNotFound' || failure?.reason === 'NoAddress';

async function* tell(inquiry: Inquiry, observation: Observation, world: World): AsyncGenerator<Outcome> {
  const { spec } = inquiry.plan;
  const { enabled, checks = {}, mute = [] } = spec.diagnose;
  const question: Question = {
    target: inquiry.plan.target,
    namespace: inquiry.namespace,
    ...(inquiry.failingSince === undefined ? {} : { failingSince: inquiry.failingSince }),
    diagnose: { enabled, checks, mute },
  };
  const probed = { kind: 'Probed', observation, ready: readyMessage(inquiry, observation) } as const;
  if (inquiry.settled !== undefined && inquiry.settled === failureReason(observation))
    return yield { ...probed, diagnosis: 'InProgress' };
  const steps = { ...world.investigate(inquiry), observe: async () => observation };
  const find = async (): Promise<Result> =>
    inquiry.signal.aborted ? { observation } : diagnose(question, steps);
  // Where all is well there is next to nothing to do.
  const { begun, done: result } = observation.success
    ? { begun: undefined, done: find() }
    : world.start(find);
  if (await takesLonger(result, TELL_AFTER_MILLISECONDS)) yield { ...probed, diagnosis: 'InProgress' };
  await begun;
  if (await takesLonger(result, inquiry.request.timeoutMilliseconds + BUDGET_MILLISECONDS)) {
    return yield { ...probed, diagnosis: 'BudgetExceeded' };
  }
  try {
    const { diagnosis = 'Disabled' } = await result;
    if (!inquiry.signal.aborted) yield { ...probed, diagnosis };
  } catch (defect) {
    // What is seen is told, whatever is wrong with the search for its cause.
    if (!inquiry.signal.aborted) yield { ...probed, diagnosis: 'BudgetExceeded' };
    throw defect;
  }
}

/** Whether the work goes on for more than these milliseconds from now. */
async function takesLonger(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(true), milliseconds);
  const done = work.then(
    () => false,
    () => false,
  );
  return Promise.race([done, late.promise]).finally(() => clearTimeout(timer));
}
