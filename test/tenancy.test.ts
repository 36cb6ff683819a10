import { describe, expect, test } from 'vitest';
import type { ObjectReference } from '../src/diagnosis/model/reference.ts';
import { judgeScenario, readScenario, readScenarioObjects, scenarioNames } from './support/scenarios.ts';

const STRANGER = 'stranger';

/** A probe of the same URL from a namespace to which nothing is shown. */
async function askedByStranger(name: string) {
  const saved = await readScenario(name);
  const { sources } = saved;
  const probe = { ...sources.probe, namespace: STRANGER };
  return { ...saved, sources: { ...sources, probe } };
}

describe('a probe that may read nothing elsewhere learns owner and layer alone', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const saved = await askedByStranger(name);
    if (saved.sources.probe.target.kind !== 'URL') return;
    const { reader } = saved.sources;
    const open = await judgeScenario(saved, reader);
    const hideAll = async (objects: readonly ObjectReference[]) => objects;
    const closed = await judgeScenario(saved, reader, hideAll);
    expect([closed.verdict.owner, closed.verdict.layer]).toEqual([open.verdict.owner, open.verdict.layer]);

    const shown = JSON.stringify({ ...closed, matrix: undefined });
    const objects = (await readScenarioObjects(name)).filter(
      ({ metadata }) => metadata.namespace !== undefined,
    );
    for (const { kind, metadata } of objects) {
      const { namespace, name: own } = metadata;
      expect(shown).not.toContain(`${kind}/${namespace}/${own}`);
      expect(shown).not.toContain(`${namespace}/${own}`);
      expect(shown).not.toMatch(new RegExp(`-n '${namespace}'|namespace ${namespace}\\b`));
      expect(shown).not.toMatch(new RegExp(`\\b${kind} ${own}\\b`));
    }
  });
});

test('of a wrong port elsewhere, a stranger learns that DevOps has a Service to mend', async () => {
  const saved = await askedByStranger('502--target-port-number-wrong');
  const { verdict, path, findings } = await judgeScenario(saved, saved.sources.reader, async (all) => all);
  expect(verdict).toEqual({
    owner: 'DevOps',
    layer: 'Service',
    reason: 'NotPermitted',
    summary: 'What is wrong lies in a namespace that the ServiceAccount of the probe may not read',
    confidence: 'High',
  });
  expect(path).toEqual([
    { hop: 'DNS', result: 'OK' },
    { hop: 'Ingress', result: 'NotPermitted' },
    { hop: 'Service', result: 'NotPermitted' },
    { hop: 'Endpoint', result: 'NotPermitted' },
  ]);
  expect(findings).toEqual([]);
});

test.each([
  ['500--reference-grant-missing', 'ReferenceGrantMissing'],
  ['404--gateway-admits-no-routes-of-other-namespaces', 'HTTPRouteNotAllowed'],
])('what the own HTTPRoute says of another namespace is no secret: %s', async (name, reason) => {
  const saved = await readScenario(name);
  const { verdict, path } = await judgeScenario(saved, saved.sources.reader, async (all) => all);
  expect(verdict).toMatchObject({ owner: 'DevOps', layer: 'Ingress', reason });
  expect(JSON.stringify([verdict, path])).not.toMatch(/infra|backend\/|namespace backend/);
  expect(path.map(({ hop, result }) => `${hop} ${result}`)).toContain('HTTPRoute Failed');
});
