import {
  type Evidence,
  type Gathered,
  ROUTE_SLOTS,
  type Route,
  type Slot,
  type SlotName,
} from '../diagnosis/model/evidence.ts';
import { couldNotLook } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import type { SlotContext, Sources } from './slot-context.ts';
import { SLOTS } from './slots.ts';

/** The two steps of a diagnosis that look at the world. */
export interface EvidenceSteps {
  /** Walks Ingress → Service → endpoints → Pods. */
  locate(observation: Observation): Promise<Route>;
  /** Fetches these slots, each a value or the reason why nobody could look. */
  gather(slots: readonly SlotName[], route: Route): Promise<Gathered>;
}

/** A slot that throws is a defect; it costs that slot alone, never the diagnosis. */
async function fill<K extends SlotName>(name: K, context: SlotContext): Promise<Slot<Evidence[K]>> {
  try {
    return await SLOTS[name](context);
  } catch (error) {
    return couldNotLook('Failed', `${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Waits for a slot until `end` (of `performance.now()`), and not longer. */
async function until<T>(end: number, slot: Promise<Slot<T>>): Promise<Slot<T>> {
  const late = Promise.withResolvers<Slot<T>>();
  const timer = setTimeout(
    () => late.resolve(couldNotLook('Timeout', 'Not looked at within the time limit of the diagnosis')),
    Math.max(0, end - performance.now()),
  );
  return Promise.race([slot, late.promise]).finally(() => clearTimeout(timer));
}

/** Each slot is fetched once, when it is first asked for; one that is late is `Timeout` for whoever waits for it. */
function createContext(sources: Sources, observation: Observation): SlotContext {
  const end = performance.now() + sources.settings.deadlineMilliseconds;
  const memo = new Map<SlotName, Promise<Slot<unknown>>>();
  const context: SlotContext = {
    ...sources,
    observation,
    slot<K extends SlotName>(name: K) {
      const known = memo.get(name) ?? until(end, fill(name, context));
      memo.set(name, known);
      return known as Promise<Slot<Evidence[K]>>;
    },
  };
  return context;
}

async function slotsOf(context: SlotContext, names: readonly SlotName[]): Promise<Gathered> {
  const entries = names.map(async (name) => [name, await context.slot(name)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Gathered;
}

/** Steps for one diagnosis: what `locate` has looked at, `gather` does not look at again. */
export function createSteps(sources: Sources): EvidenceSteps {
  const contexts = new WeakMap<Observation, SlotContext>();
  const contextOf = (observation: Observation): SlotContext => {
    const context = contexts.get(observation) ?? createContext(sources, observation);
    contexts.set(observation, context);
    return context;
  };
  return {
    locate: async (observation) => (await slotsOf(contextOf(observation), ROUTE_SLOTS)) as Route,
    gather: async (slots, { observation }) =>
      observation.ok ? slotsOf(contextOf(observation.value), slots) : {},
  };
}
