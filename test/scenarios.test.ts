import { describe, expect, test } from 'vitest';
import {
  complaintsAboutCluster,
  complaintsAboutObservation,
  inWordsOf,
  judgeScenario,
  readExpected,
  readScenario,
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
