import { afterEach, describe, expect, test } from 'vitest';
import { createObjectsReader } from '../../src/evidence/cluster/objects.ts';
import { createTargetedReader } from '../../src/evidence/cluster/targeted.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import { startObjectServer } from '../support/object-server.ts';
import { judgeScenario, readScenario, readScenarioObjects, scenarioNames } from '../support/scenarios.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

/** What a diagnosis from the command line may cost. */
const MAXIMUM_REQUESTS = 30;

describe('by single requests to an API server, and by few of them, the verdict is the same', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const saved = await readScenario(name);
    const objects = await readScenarioObjects(name);
    const server = await startObjectServer(objects);
    const transport = createTransport(async () => ({ server: server.url, headers: {}, tls: {} }));
    cleanUp.push(
      () => server.close(),
      () => transport.close(),
    );
    const whole = { ...saved, sources: { ...saved.sources, reader: createObjectsReader(objects) } };
    const reader = createTargetedReader(createClient(transport));
    expect(await judgeScenario(whole, reader)).toEqual(await judgeScenario(whole));
    expect(server.asked.length).toBeLessThanOrEqual(MAXIMUM_REQUESTS);
  });
});
