import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { found } from '../src/diagnosis/model/lookup.ts';
import { type Observation, SPEC_MISTAKES } from '../src/diagnosis/model/observation.ts';
import { createCachedReader, type KindCaches } from '../src/evidence/cluster/cached.ts';
import { isKind, KINDS, type Kind, type ObjectsByKind } from '../src/evidence/cluster/kinds.ts';
import type { RawObject } from '../src/evidence/cluster/objects.ts';
import { type ScopeIndex, scopeIndex } from '../src/evidence/cluster/scope-index.ts';
import { createSteps } from '../src/evidence/gather.ts';
import type { SavedCase } from '../src/evidence/saved-case.ts';
import { createIntake } from '../src/kubernetes/intake.ts';
import { createStore } from '../src/kubernetes/store.ts';
import type { World } from '../src/operator/look.ts';
import { NO_POLICY, policyFor } from '../src/operator/policy.ts';
import { toStoredProbe } from '../src/operator/stored-probe.ts';
import { type Visited, visit } from '../src/operator/visit.ts';
import { readScenario, readScenarioObjects, scenarioNames } from './support/scenarios.ts';

const SCENARIOS = scenarioNames();

/** Where something can be put in place of what is there. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function put(value: unknown, [key, ...rest]: readonly string[], json: unknown): unknown {
  if (key === undefined) return json;
  const record = value as Record<string, unknown>;
  const copy = (Array.isArray(value) ? [...value] : { ...record }) as Record<string, unknown>;
  copy[key] = put(copy[key], rest, json);
  return copy;
}

/** Keeps what comes as the operator does: by watches, projected, in stores with indexes. */
function cachesOf(objects: readonly (readonly [kind: Kind, object: unknown])[]): KindCaches {
  const kinds = [...new Set(objects.map(([kind]) => kind))];
  return Object.fromEntries(
    kinds.map((kind) => {
      const store = createStore<ObjectsByKind[Kind], ScopeIndex>({ indexes: scopeIndex(kind) });
      const intake = createIntake({ sink: store, project: KINDS[kind].project, onError: () => {} });
      for (const [each, object] of objects) if (each === kind) intake.receive({ type: 'ADDED', object });
      intake.complete('1');
      return [kind, { store, state: () => ({ synced: true, watching: true }) }];
    }),
  );
}

/** A visit that sees what was saved, and looks for its cause in these caches. */
async function visitWith(
  { observation, sources }: SavedCase,
  caches: KindCaches,
): Promise<Visited | undefined> {
  const reader = createCachedReader(caches, sources.reader);
  const world: World = {
    reader: { get: async () => found(undefined), list: async () => found([]) },
    valuesFor: () => async () => undefined,
    forgetValues: () => {},
    probe: async () => observation,
    investigate: () => ({
      ...createSteps({ ...sources, reader }),
      hidden: async () => [],
      sha256: (text) => text,
    }),
    whyBlind: async () => undefined,
    start: (work) => ({ begun: Promise.resolve(), done: work() }),
    isCrowded: () => false,
    now: Date.now,
  };
  const spec = { target: { url: 'http://shop.test/' } };
  const probe = toStoredProbe({ metadata: { namespace: 'shop', name: 'web', generation: 1 }, spec });
  const parts = { world, policy: policyFor(NO_POLICY, {}), olderProbes: () => 0 };
  let last: Visited | undefined;
  try {
    for await (const visited of visit(probe, {}, new AbortController().signal, parts)) last = visited;
  } catch {
    // The controller logs a defect and visits again; what was told until then stands.
  }
  return last;
}

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, '', 0, -1, [], {}, [null], [{}], { '': null }),
);

function expectedOf({ success, failure }: Observation): string {
  if (success) return 'True';
  return SPEC_MISTAKES.has(failure?.reason ?? '') ? 'Unknown' : 'False';
}

const told = (visited: Visited | undefined) => {
  const { conditions = [], verdict } = visited?.record.status ?? {};
  return { healthy: conditions.find(({ type }) => type === 'Healthy')?.status, verdict };
};

describe('whatever the API server sends', () => {
  test('what was seen is told', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(), anything, async (which, object, place, json) => {
        const name = SCENARIOS[which % SCENARIOS.length] as string;
        const [saved, objects] = await Promise.all([readScenario(name), readScenarioObjects(name)]);
        const index = object % Math.max(1, objects.length);
        const changed = objects.flatMap((each, at): (readonly [Kind, unknown])[] => {
          if (!isKind(each.kind)) return [];
          const places = placesIn(each).filter(([top]) => top !== 'kind' && top !== 'apiVersion');
          const path = places[place % places.length] ?? [];
          return [[each.kind, at === index ? put(each, path, json) : (each satisfies RawObject)]];
        });
        const { healthy, verdict } = told(await visitWith(saved, cachesOf(changed)));
        expect(healthy).toBe(expectedOf(saved.observation));
        expect(verdict?.reason).toMatch(/^[A-Z]/);
      }),
      { numRuns: 300 },
    );
  });
});
