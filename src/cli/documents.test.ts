import { createRequire } from 'node:module';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { StatusProbeStatus } from '../api/generated.ts';
import { junitText } from './junit.ts';
import { sarifText } from './sarif.ts';

const failing = {
  observedGeneration: 1,
  target: 'http://shop.test/?a=…&b=…',
  conditions: [],
  verdict: {
    owner: 'DevOps',
    layer: 'Service',
    reason: 'TargetPortNotOpen',
    summary: 'Service "shop" sends to <8081>\u0007; its Pods open 8080',
  },
  lastProbe: {
    time: '2026-01-02T03:04:05.000Z',
    code: 502,
    success: false,
    durationMilliseconds: { total: 1234 },
  },
  findings: [
    {
      id: 'aaaaaaaaaaaa',
      check: 'service-target-port',
      reason: 'TargetPortNotOpen',
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Service',
      subject: { kind: 'Service', namespace: 'shop', name: 'shop', ref: 'Service/shop' },
      message: 'Service shop sends to port 8081; its Pods open 8080',
      evidence: [],
    },
    {
      id: 'bbbbbbbbbbbb',
      check: 'node-ready',
      reason: 'NodeNotReady',
      severity: 'Warning',
      owner: 'DevOps',
      layer: 'Node',
      subject: { kind: 'Node', name: 'node-1', ref: 'Node/node-1' },
      message: 'Node node-1 is not ready',
      evidence: [],
      causedBy: 'aaaaaaaaaaaa',
      muted: true,
    },
  ],
} as unknown as StatusProbeStatus;
const healthy = {
  ...failing,
  lastProbe: { ...failing.lastProbe, success: true },
  findings: [],
} as StatusProbeStatus;
const refused = {
  ...failing,
  conditions: [
    { type: 'Ready', status: 'False', reason: 'TargetRefused', message: 'The address is refused.' },
  ],
} as unknown as StatusProbeStatus;

/** The schema of SARIF 2.1.0, and the validator that its package brings along. */
function sarifErrors(text: string): unknown {
  const inPackage = createRequire(
    createRequire(import.meta.url).resolve('@microsoft/jest-sarif/package.json'),
  );
  const Ajv = inPackage('ajv');
  const ajv = new Ajv({ schemaId: 'auto', allErrors: true });
  ajv.addMetaSchema(inPackage('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(inPackage('./lib/schemas/sarif-2.1.0-rtm.5.json'));
  validate(JSON.parse(text));
  return validate.errors;
}

describe('SARIF', () => {
  it.each(Object.entries({ failing, healthy, refused, bare: { ...failing, findings: [] } }))(
    'is valid by its schema: %s',
    (_, status) => {
      expect(sarifErrors(sarifText(status as StatusProbeStatus, '1.2.3'))).toBeNull();
    },
  );

  it('is refused by its schema where it is wrong, so that the test can fail', () => {
    expect(sarifErrors('{"version":"2.1.0","runs":[{}]}')).toHaveLength(1);
  });

  it('has the cause first, with its rule from the catalogue', () => {
    const [run] = JSON.parse(sarifText(failing, '1.2.3')).runs;
    expect(run.results).toEqual([
      {
        ruleId: 'TargetPortNotOpen',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'Service shop sends to port 8081; its Pods open 8080' },
        locations: [
          {
            logicalLocations: [
              { name: 'Service/shop', fullyQualifiedName: 'shop/Service/shop', kind: 'resource' },
            ],
          },
        ],
        partialFingerprints: { 'statusprobe/v1': 'aaaaaaaaaaaa' },
        properties: { owner: 'DevOps', layer: 'Service' },
      },
      expect.objectContaining({
        ruleId: 'NodeNotReady',
        ruleIndex: 1,
        level: 'warning',
        suppressions: [{ kind: 'external', justification: 'Muted by spec.diagnose.mute' }],
      }),
    ]);
    expect(run.tool.driver.rules[0]).toMatchObject({
      id: 'TargetPortNotOpen',
      shortDescription: { text: 'The Service sends to a port that its Pods open' },
    });
  });

  it('says why nothing was asked', () => {
    const [run] = JSON.parse(sarifText(refused, '1.2.3')).runs;
    expect(run.results).toEqual([]);
    expect(run.invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: 'error', message: { text: 'The address is refused.' } }],
      },
    ]);
  });
});

describe('JUnit', () => {
  const parse = (status: StatusProbeStatus) => {
    const text = junitText(status, 'shop');
    expect(XMLValidator.validate(text)).toBe(true);
    return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(text).testsuites;
  };

  it('is one test case that failed, whatever stands in its texts', () => {
    const suites = parse(failing);
    expect(suites).toMatchObject({
      name: 'statusprobe',
      tests: '1',
      failures: '1',
      errors: '0',
      time: '1.234',
    });
    expect(suites.testsuite.testcase).toMatchObject({
      classname: 'shop',
      name: 'http://shop.test/?a=…&b=…',
      failure: {
        type: 'TargetPortNotOpen',
        message: 'DevOps: Service "shop" sends to <8081> ; its Pods open 8080',
      },
    });
  });

  it('passes where the probe is healthy', () => {
    expect(parse(healthy)).toMatchObject({
      failures: '0',
      testsuite: { testcase: { name: expect.any(String) } },
    });
    expect(parse(healthy).testsuite.testcase).not.toHaveProperty('failure');
  });

  it('is an error where nothing could be asked', () => {
    expect(parse(refused)).toMatchObject({
      failures: '0',
      errors: '1',
      testsuite: { testcase: { error: { message: 'The address is refused.' } } },
    });
  });
});
