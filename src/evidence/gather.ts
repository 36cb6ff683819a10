import {
  type Detour,
  type Evidence,
  type Gathered,
  ROUTE_SLOTS,
  type Route,
  type Slot,
  type SlotName,
} from '../diagnosis/model/evidence.ts';
import { couldNotLook } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import { SERVICE_SLOTS } from './service-slots.ts';
import type { SlotContext, Sources } from './slot-context.ts';
import { SLOTS } from './slots.ts';

/** The two steps of a diagnosis that look at the world. */
export interface EvidenceSteps {
  /** Walks Ingress → Service → endpoints → Pods; with a detour, to the Service to which that leads. */
  locate(observation: Observation, detour?: Detour): Promise<Route>;
  /** Fetches these slots, each a value or the reason why nobody could look; tells when each of them is there. */
  gather(slots: readonly SlotName[], route: Route, fetched?: (name: SlotName) => void): Promise<Gathered>;
}

/** A slot that throws is a defect; it costs that slot alone, never the diagnosis. */
async function fill<K extends SlotName>(name: K, context: SlotContext): Promise<Slot<Evidence[K]>> {
  try {
    return await SLOTS[name](context);
  } catch (error) {
    return couldNotLook('Failed', `${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Waiting = <T>(slot: Promise<Slot<T>>) => Promise<Slot<T>>;

/** Waits for slots until `end` (of `performance.now()`), and not longer: one timer for all that are waited for. */
function waitingUntil(end: number): Waiting {
  const late = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const giveUp = () => {
    for (const tell of late) tell();
    late.clear();
    timer = undefined;
  };
  return <T>(slot: Promise<Slot<T>>) =>
    new Promise<Slot<T>>((resolve) => {
      const isLate = () =>
        resolve(couldNotLook('Timeout', 'Not looked at within the time limit of the diagnosis'));
      late.add(isLate);
      timer ??= setTimeout(giveUp, Math.max(0, end - performance.now()));
      void slot.then((value) => {
        resolve(value);
        late.delete(isLate);
        if (late.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      });
    });
}

/** The same question brings the same answer: of one Pod behind two Services nothing is asked twice. */
function once<Asked extends readonly unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...asked) => {
    const question = JSON.stringify(asked);
    const answer = answers.get(question) ?? ask(...asked);
    answers.set(question, answer);
    return answer;
  };
}

interface Look {
  readonly sources: Sources;
  readonly observation: Observation;
  readonly inTime: Waiting;
}

/** What is known of a slot before it is looked at. */
type Known = <K extends SlotName>(name: K) => Promise<Slot<Evidence[K]>> | undefined;

/** Each slot is fetched once, when it is first asked for; one that is late is `Timeout` for whoever waits for it. */
function createContext({ sources, observation, inTime }: Look, given: Known = () => undefined): SlotContext {
  const memo = new Map<SlotName, Promise<Slot<unknown>>>();
  const context: SlotContext = {
    ...sources,
    observation,
    slot<K extends SlotName>(name: K) {
      const known = memo.get(name) ?? given(name) ?? inTime(fill(name, context));
      memo.set(name, known);
      return known as Promise<Slot<Evidence[K]>>;
    },
  };
  return context;
}

/** What a look at another Service takes over: what leads there, and all that does not hang on the Service. */
function takenOver(first: SlotContext, detour: Detour): Known {
  const given: Gathered = detour;
  return <K extends SlotName>(name: K) => {
    const slot: Slot<Evidence[K]> | undefined = given[name];
    if (slot !== undefined) return Promise.resolve(slot);
    return SERVICE_SLOTS.has(name) ? undefined : first.slot(name);
  };
}

async function slotsOf(
  context: SlotContext,
  names: readonly SlotName[],
  fetched: (name: SlotName) => void = () => {},
): Promise<Gathered> {
  const slots = names.map(async (name) => {
    const slot = await context.slot(name);
    fetched(name);
    return [name, slot] as const;
  });
  return Object.fromEntries(await Promise.all(slots)) as Gathered;
}

function lookOf({ dial, ask, ...sources }: Sources, observation: Observation): Look {
  const asked = { ...sources, ...(dial && { dial: once(dial) }), ...(ask && { ask: once(ask) }) };
  const inTime = waitingUntil(performance.now() + sources.settings.deadlineMilliseconds);
  return { sources: asked, observation, inTime };
}

/** Steps for one diagnosis: what `locate` has looked at, `gather` does not look at again. */
export function createSteps(sources: Sources): EvidenceSteps {
  const looks = new WeakMap<Observation, { readonly look: Look; readonly context: SlotContext }>();
  const contexts = new WeakMap<Route, SlotContext>();
  const begin = (observation: Observation) => {
    const look = lookOf(sources, observation);
    return { look, context: createContext(look) };
  };
  return {
    async locate(observation, detour) {
      const begun = looks.get(observation) ?? begin(observation);
      looks.set(observation, begun);
      const { look, context: first } = begun;
      const context = detour === undefined ? first : createContext(look, takenOver(first, detour));
      const route = (await slotsOf(context, ROUTE_SLOTS)) as Route;
      contexts.set(route, context);
      return route;
    },
    async gather(slots, route, fetched) {
      const context = contexts.get(route);
      return context === undefined ? {} : slotsOf(context, slots, fetched);
    },
  };
}
