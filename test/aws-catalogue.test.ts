import { existsSync } from 'node:fs';
import path from 'node:path';
import { TargetHealthReasonEnum, TargetHealthStateEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ActionValue } from '@aws-sdk/client-wafv2';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TargetGroup, WAFRequest } from '../src/diagnosis/model/aws.ts';
import type { Observation } from '../src/diagnosis/model/observation.ts';
import { readYaml } from '../src/evidence/cluster/dump.ts';
import {
  type Expected,
  readExpected,
  readScenario,
  SCENARIOS_FOLDER,
  scenarioNames,
} from './support/scenarios.ts';

/** A scenario in which AWS was asked. */
interface AwsScenario {
  readonly name: string;
  readonly expected: Expected;
  readonly observation: Observation;
  readonly targetGroups?: readonly TargetGroup[];
  readonly wafLog?: readonly WAFRequest[];
  readonly wafSamples?: readonly WAFRequest[];
}

let scenarios: readonly AwsScenario[] = [];

beforeAll(async () => {
  const asked = scenarioNames().filter((name) => existsSync(path.join(SCENARIOS_FOLDER, name, 'aws.yaml')));
  scenarios = await Promise.all(
    asked.map(async (name) => {
      const [aws] = await readYaml(path.join(SCENARIOS_FOLDER, name, 'aws.yaml'));
      const [expected, { observation }] = await Promise.all([readExpected(name), readScenario(name)]);
      return { ...(aws as object), name, expected, observation };
    }),
  );
});

const healths = () =>
  scenarios.flatMap(({ targetGroups = [] }) =>
    targetGroups.flatMap(({ TargetHealthDescriptions }) =>
      TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth),
    ),
  );

/** What of a list has no scenario. */
const unseen = <T>(all: readonly T[], seen: readonly unknown[]): readonly T[] =>
  all.filter((each) => !seen.includes(each));

describe('what AWS may answer', () => {
  test('has many scenarios', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(35);
  });

  test('every state of a target has a scenario', () => {
    const states = healths().map((health) => health?.State);
    expect(unseen(Object.values(TargetHealthStateEnum), states)).toEqual([]);
  });

  test('every reason of a target has a scenario', () => {
    const reasons = healths().map((health) => health?.Reason);
    expect(unseen(Object.values(TargetHealthReasonEnum), reasons)).toEqual([]);
  });

  test('every code that a load balancer makes by itself has a verdict of its own in a scenario', () => {
    const codes = [400, 401, 403, 405, 408, 413, 414, 460, 463, 464, 500, 501, 502, 503, 504, 505, 507, 561];
    const isTold = ({ expected, observation: { answeredBy } }: AwsScenario) =>
      expected.reason !== 'CauseUnknown' && answeredBy !== undefined && answeredBy.layer !== 'Application';
    const told = scenarios.filter(isTold).map(({ observation }) => observation.code);
    expect(unseen(codes, told)).toEqual([]);
  });

  test('every action of AWS WAF on a load balancer has a scenario', () => {
    // MONETIZE is for CloudFront alone.
    const actions = Object.values(ActionValue).filter((action) => action !== 'MONETIZE');
    const seen = scenarios.flatMap(({ wafLog = [], wafSamples = [] }) => [...wafLog, ...wafSamples]);
    expect(
      unseen(
        actions,
        seen.map(({ action }) => action),
      ),
    ).toEqual([]);
  });
});
