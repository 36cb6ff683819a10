import { CHECKS } from './diagnosis/checks/index.ts';
import { MATRIX } from './diagnosis/matrix/matrix.ts';
import { type CheckFilter, select } from './diagnosis/matrix/select.ts';
import type { Check } from './diagnosis/model/check.ts';
import type { Diagnosis, Mute } from './diagnosis/model/diagnosis.ts';
import type { Detour, Gathered, Route, SlotName } from './diagnosis/model/evidence.ts';
import type { Observation } from './diagnosis/model/observation.ts';
import type { ObjectReference } from './diagnosis/model/reference.ts';
import type { Target } from './diagnosis/model/target.ts';
import { otherService } from './diagnosis/topology/split.ts';
import { CHANGE_SLOTS, changesBefore } from './diagnosis/verdict/changes.ts';
import { runChecks } from './diagnosis/verdict/check-outcomes.ts';
import { isInDoubt, surer, type Trial } from './diagnosis/verdict/detour.ts';
import { healthy } from './diagnosis/verdict/healthy.ts';
import { judge } from './diagnosis/verdict/judge.ts';
import { foreignObjects, withhold } from './diagnosis/verdict/tenancy.ts';

/** One probe's question: what to ask, from which namespace, and what to look at when it fails. */
export interface Question {
  readonly target: Target;
  /** The probe's own namespace. */
  readonly namespace: string;
  /** RFC 3339: when the failure began; absent: with this observation. */
  readonly failingSince?: string;
  readonly diagnose: {
    readonly enabled: boolean;
    readonly checks: CheckFilter;
    readonly mute: readonly Mute[];
  };
}

/** What touches the world comes in as functions, so that the order of the work reads in one place. */
export interface Steps {
  /** Probes the target; a network failure is a value. */
  observe(): Promise<Observation>;
  /** Walks load balancer → Ingress → Service → endpoints → Pods; with a detour, to the Service to which that leads. */
  locate(observation: Observation, detour?: Detour): Promise<Route>;
  /** Fetches these slots, each a value or the reason why nobody could look; tells when each of them is there. */
  gather(slots: readonly SlotName[], route: Route, fetched?: (name: SlotName) => void): Promise<Gathered>;
  /** Of these objects of other namespaces, those that the probe's ServiceAccount may not get; absent: none. */
  hidden?(objects: readonly ObjectReference[]): Promise<readonly ObjectReference[]>;
  /** Resolves when the checks may run: where very many targets fail, each diagnosis in a turn of its own. */
  turn?(): Promise<void>;
  /** Told how long a check waited for its evidence, in milliseconds, which is all that a check takes. */
  checked?(check: string, milliseconds: number): void;
  readonly sha256: (text: string) => string;
}

export interface Result {
  readonly observation: Observation;
  /** Absent when the probe asks for none (`spec.diagnose.enabled: false`) and the answer is not healthy. */
  readonly diagnosis?: Diagnosis;
}

/** Fetches each slot that the checks want; a check took as long as the slowest of its own. */
async function gather(checks: readonly Check[], route: Route, steps: Steps): Promise<Gathered> {
  const startedAt = performance.now();
  const took = new Map<SlotName, number>();
  const names = new Set(checks.flatMap(({ needs, wants }) => [...needs, ...wants]));
  const gathered = await steps.gather([...names], route, (name) => {
    took.set(name, performance.now() - startedAt);
  });
  const slowest = (slots: readonly SlotName[]) =>
    slots.reduce((most, name) => Math.max(most, took.get(name) ?? 0), 0);
  for (const { id, needs, wants } of checks) {
    steps.checked?.(id, Math.max(slowest(needs), slowest(wants)));
  }
  return gathered;
}

const chosen = (ids: readonly string[]): readonly Check[] => {
  const checks: readonly Check[] = CHECKS;
  const wanted = new Set(ids);
  return checks.filter(({ id }) => wanted.has(id));
};

/** locate → select → gather → check → judge, on one way that the request may have taken. */
async function follow(
  observation: Observation,
  { diagnose: { checks: filter, mute } }: Question,
  steps: Steps,
  detour?: Detour,
): Promise<Trial> {
  const route = await steps.locate(observation, detour);
  const { rows, checks: ids } = select(MATRIX, observation, filter);
  const checks = chosen(ids);
  const [gathered, around] = await Promise.all([
    gather(checks, route, steps),
    steps.gather(CHANGE_SLOTS, route),
  ]);
  const evidence = { ...around, ...gathered, ...route };
  await steps.turn?.();
  const outcomes = runChecks(checks, evidence);
  const diagnosis = judge({ observation, evidence, outcomes, mute, rows, sha256: steps.sha256 });
  return { evidence, diagnosis };
}

/** Where a share of the requests goes to another Service, and the first clears its own Pods, that one is looked at too. */
async function followAll(observation: Observation, question: Question, steps: Steps): Promise<Trial> {
  const first = await follow(observation, question, steps);
  const split = isInDoubt(first) ? otherService(first.evidence) : undefined;
  if (split === undefined) return first;
  return surer(first, await follow(observation, question, steps, split.detour), split.told);
}

/** observe → locate → select → gather → check → judge; the caller writes. */
export async function diagnose(question: Question, steps: Steps): Promise<Result> {
  const observation = await steps.observe();
  if (observation.success) return { observation, diagnosis: healthy(observation) };
  if (!question.diagnose.enabled) return { observation };

  const { evidence, diagnosis: judged } = await followAll(observation, question, steps);
  const changes = changesBefore(evidence, question.failingSince ?? observation.time);
  const diagnosis = changes.length === 0 ? judged : { ...judged, changes };
  const foreign = foreignObjects(evidence, diagnosis, question.namespace);
  const hidden = foreign.length === 0 ? [] : await steps.hidden?.(foreign);
  return { observation, diagnosis: withhold(diagnosis, hidden ?? []) };
}
