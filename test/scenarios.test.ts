import { describe, expect, test } from 'vitest';
import { createObjectsReader } from '../src/evidence/cluster/objects.ts';
import {
  complaintsAboutCluster,
  complaintsAboutObservation,
  inWordsOf,
  judgeScenario,
  readExpected,
  readScenario,
  readScenarioObjects,
  scenarioNames,
} from './support/scenarios.ts';

describe('every scenario gets its verdict', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const expected = await readExpected(name);
    expect(await complaintsAboutCluster(name)).toEqual([]);
    expect(await complaintsAboutObservation(name)).toEqual([]);
    const diagnosis = await judgeScenario(await readScenario(name));
    expect(inWordsOf(expected, diagnosis), JSON.stringify(diagnosis, undefined, 2)).toEqual(expected);
  });
});

describe('the same bytes whatever the order of objects', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const [saved, objects] = await Promise.all([readScenario(name), readScenarioObjects(name)]);
    const [one, other] = await Promise.all(
      [objects, objects.toReversed()].map((each) => judgeScenario(saved, createObjectsReader(each))),
    );
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });
});
