import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../diagnosis/model/diagnosis.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { Confidence, Owner } from '../../diagnosis/model/vocabulary.ts';
import { nextRecord } from './next-record.ts';
import { type Outcome, type ProbeRecord, recordOf, type Visit } from './record.ts';

const DURATIONS = { resolve: 1, connect: 1, tls: 0, processing: 3, transfer: 1, total: 6 };

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString();

function observed(second: number, code: number): Observation {
  const success = code === 200;
  return {
    time: at(second),
    method: 'GET',
    url: 'http://shop.test/',
    finalURL: 'http://shop.test/',
    code,
    success,
    ...(success
      ? {}
      : { failure: { phase: 'Assert', reason: 'UnexpectedStatus', message: `answered ${code}` } as const }),
    redirects: [],
    durationMilliseconds: DURATIONS,
    headers: { server: 'nginx' },
    bodyStart: 'secret of the application',
  };
}

const HEALTHY: Diagnosis = {
  verdict: { owner: 'None', layer: 'None', reason: 'Healthy', summary: 'Answered 200, as expected' },
  path: [],
  endpointsOmitted: 0,
  findings: [],
  notChecked: [],
};

interface Cause {
  readonly reason: string;
  readonly confidence?: Confidence;
  readonly owner?: Owner;
  readonly others?: readonly string[];
  /** What follows from it. */
  readonly consequences?: readonly string[];
}

function diagnosed(cause: Cause): Diagnosis {
  const { reason, confidence = 'High', owner = 'DevOps', others = [], consequences = [] } = cause;
  const subject = referenceTo({ kind: 'Service', namespace: 'shop', name: 'web' }, 'shop');
  return {
    verdict: {
      owner,
      layer: 'Service',
      reason,
      summary: `because of ${reason}`,
      culprit: subject,
      confidence,
    },
    matrix: { row: '502', side: 'DevOps', meaning: reason, owner: 'DevOps', fixArea: 'Service' },
    path: [{ hop: 'Service', ref: subject.ref, result: 'Failed', message: reason }],
    endpointsOmitted: 0,
    findings: [reason, ...others, ...consequences].map((name) => ({
      id: `id-of-${name}`,
      check: 'check',
      reason: name,
      severity: 'Error',
      owner,
      layer: 'Service',
      subject,
      message: `because of ${name}`,
      evidence: [],
      ...(consequences.includes(name) ? { causedBy: `id-of-${reason}` } : {}),
    })),
    notChecked: [],
  };
}

const ok = (second: number): Outcome => ({
  kind: 'Probed',
  observation: observed(second, 200),
  diagnosis: HEALTHY,
  ready: 'Probing',
});

const failed = (
  second: number,
  diagnosis: Diagnosis | 'InProgress' | 'Disabled' | 'BudgetExceeded',
  code = 502,
) => ({ kind: 'Probed', observation: observed(second, code), diagnosis, ready: 'Probing' }) satisfies Outcome;

const A = diagnosed({ reason: 'A' });
const B = diagnosed({ reason: 'B' });

interface Settings extends Partial<Visit> {
  readonly from?: ProbeRecord;
}

/** Lets a probe be visited with these outcomes, one second after the other; the records after each. */
function visits(outcomes: readonly Outcome[], settings: Settings = {}): ProbeRecord[] {
  const { from, ...overrides } = settings;
  const records: ProbeRecord[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const visit: Visit = {
      generation: 1,
      question: 'q',
      thresholds: { failure: 1, success: 1 },
      historyLimit: 10,
      now: at(index),
      ...overrides,
      outcome,
    };
    records.push(nextRecord(records.at(-1) ?? from, visit));
  }
  return records;
}

const last = (outcomes: readonly Outcome[], settings?: Settings) =>
  visits(outcomes, settings).at(-1)?.status as NonNullable<ReturnType<typeof visits>[number]>['status'];

const shown = (status: ReturnType<typeof last>) =>
  Object.fromEntries(
    (status.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

describe('the first probe', () => {
  it('that succeeds makes a whole status', () => {
    expect(last([ok(0)])).toEqual({
      observedGeneration: 1,
      target: 'http://shop.test/',
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Probing',
          message: 'Probing',
          observedGeneration: 1,
          lastTransitionTime: '2030-01-01T00:00:00Z',
        },
        {
          type: 'Healthy',
          status: 'True',
          reason: 'Healthy',
          message: 'None: Answered 200, as expected',
          observedGeneration: 1,
          lastTransitionTime: '2030-01-01T00:00:00Z',
        },
        {
          type: 'Diagnosed',
          status: 'True',
          reason: 'NotNeeded',
          message: 'There is no failure to diagnose',
          observedGeneration: 1,
          lastTransitionTime: '2030-01-01T00:00:00Z',
        },
      ],
      verdict: HEALTHY.verdict,
      lastProbe: {
        time: at(0),
        code: 200,
        success: true,
        url: 'http://shop.test/',
        finalURL: 'http://shop.test/',
        redirects: [],
        durationMilliseconds: DURATIONS,
      },
      consecutiveFailures: 0,
      consecutiveSuccesses: 1,
      history: [{ time: at(0), healthy: 'True', code: 200, owner: 'None', reason: 'Healthy' }],
    });
  });

  it('that fails accuses at once, with everything that was found', () => {
    const status = last([failed(0, A)]);
    expect(shown(status)).toEqual({
      Ready: 'True Probing',
      Healthy: 'False HTTP502',
      Diagnosed: 'True DevOps',
    });
    expect(status).toMatchObject({
      verdict: A.verdict,
      matrix: A.matrix,
      path: A.path,
      findings: A.findings,
      failingSince: at(0),
      consecutiveFailures: 1,
      consecutiveSuccesses: 0,
      lastProbe: { failure: { phase: 'Assert', reason: 'UnexpectedStatus', message: 'answered 502' } },
    });
    expect(status.conditions?.find(({ type }) => type === 'Healthy')?.message).toBe('DevOps: because of A');
  });

  it('says what could not be looked at and still stands', () => {
    const partly: Diagnosis = {
      ...A,
      notChecked: [
        { check: 'pod-logs', reason: 'Forbidden', message: 'no' },
        { check: 'pod-logs', reason: 'Forbidden', message: 'no' },
        { check: 'dials', reason: 'Timeout' },
      ],
    };
    const status = last([failed(0, partly)]);
    expect(status.conditions?.find(({ type }) => type === 'Diagnosed')).toMatchObject({
      status: 'True',
      reason: 'DevOps',
      message: 'The verdict is A. Could not be looked at: pod-logs (Forbidden), dials (Timeout)',
    });
    expect(status.notChecked).toEqual(partly.notChecked);
  });

  it('keeps the body and the headers of the answer to itself', () => {
    expect(JSON.stringify(last([failed(0, A)]))).not.toMatch(/secret of the application|nginx/);
  });

  it('shows at most 20 findings, and counts the others', () => {
    const many = diagnosed({ reason: 'A', others: Array.from({ length: 30 }, (_, index) => `F${index}`) });
    const status = last([failed(0, many)]);
    expect(status.findings).toHaveLength(20);
    expect(status.findingsOmitted).toBe(11);
  });
});

describe('thresholds', () => {
  const thresholds = { failure: 3, success: 2 };

  it('keep Healthy True until enough probes have failed in a row, and date the failure from the first', () => {
    const records = visits([ok(0), failed(1, A), failed(2, A), failed(3, A), failed(4, A)], { thresholds });
    expect(
      records.map(({ status }) => [shown(status).Healthy, status.consecutiveFailures, status.failingSince]),
    ).toEqual([
      ['True Healthy', 0, undefined],
      ['True Healthy', 1, undefined],
      ['True Healthy', 2, undefined],
      ['False HTTP502', 3, at(1)],
      ['False HTTP502', 3, at(1)],
    ]);
    expect(records[2]?.status.verdict).toEqual(HEALTHY.verdict);
    expect(records[3]?.status.verdict).toEqual(A.verdict);
  });

  it('start the row anew after a success', () => {
    const status = last([ok(0), failed(1, A), failed(2, A), ok(3), failed(4, A), failed(5, A)], {
      thresholds,
    });
    expect(shown(status).Healthy).toBe('True Healthy');
    expect(status.consecutiveFailures).toBe(2);
  });

  it('keep the failure and its verdict until enough probes have succeeded', () => {
    const fails = [failed(0, A), failed(1, A), failed(2, A)];
    const records = visits([...fails, ok(3), ok(4)], { thresholds });
    expect(records[3]?.status).toMatchObject({
      verdict: A.verdict,
      failingSince: at(0),
      consecutiveSuccesses: 1,
      lastProbe: { success: true },
    });
    expect(shown(records[3]?.status as never).Healthy).toBe('False HTTP502');
    expect(records[4]?.status).toMatchObject({
      verdict: HEALTHY.verdict,
      lastFailure: {
        startTime: at(0),
        endTime: at(4),
        code: 502,
        owner: 'DevOps',
        reason: 'A',
        culprit: 'Service/web',
        summary: 'because of A',
      },
    });
    expect(records[4]?.status).not.toHaveProperty('failingSince');
    expect(records[4]?.status).not.toHaveProperty('findings');
  });

  it('say nothing before the first row is long enough', () => {
    const status = last([failed(0, A), failed(1, A)], { thresholds });
    expect(shown(status)).toEqual({
      Ready: 'True Probing',
      Healthy: 'Unknown NotProbed',
      Diagnosed: 'True NotNeeded',
    });
    expect(status.verdict).toMatchObject({ owner: 'Unknown', reason: 'Diagnosing' });
    expect(last([failed(0, A), failed(1, A), failed(2, A)], { thresholds }).failingSince).toBe(at(0));
  });

  it('count failures among the latest probes where the spec says so', () => {
    const flapping = { failure: 2, success: 1, window: 4 };
    const outcomes = [ok(0), failed(1, A), ok(2), failed(3, A), ok(4), ok(5), ok(6), ok(7)];
    const records = visits(outcomes, { thresholds: flapping });
    expect(records.map(({ status }) => [shown(status).Healthy, status.failingSince])).toEqual([
      ['True Healthy', undefined],
      ['True Healthy', undefined],
      ['True Healthy', undefined],
      ['False HTTP502', at(1)],
      ['False HTTP502', at(1)],
      ['True Healthy', undefined],
      ['True Healthy', undefined],
      ['True Healthy', undefined],
    ]);
    expect(records[4]?.status.verdict).toEqual(A.verdict);
    expect(records.at(-1)?.recent?.map(({ time }) => time)).toEqual([at(4), at(5), at(6), at(7)]);
  });

  it('among the latest probes still want successes in a row', () => {
    const patient = { failure: 2, success: 3, window: 3 };
    const outcomes = [failed(0, A), failed(1, A), ok(2), ok(3), ok(4)];
    const records = visits(outcomes, { thresholds: patient });
    expect(records.map(({ status }) => shown(status).Healthy)).toEqual([
      'Unknown NotProbed',
      ...Array(3).fill('False HTTP502'),
      'True Healthy',
    ]);
  });

  it('let one success decide where nothing has failed before', () => {
    expect(shown(last([ok(0)], { thresholds })).Healthy).toBe('True Healthy');
  });
});

describe('while a failure lasts, the verdict', () => {
  const reasons = (outcomes: readonly Outcome[]) =>
    visits(outcomes).map(({ status }) => status.verdict?.reason);
  const withConfidence = (reason: string, confidence: Confidence, others: string[] = []) =>
    diagnosed({ reason, confidence, others });

  it('holds against one of equal confidence until its evidence was absent twice', () => {
    expect(reasons([failed(0, A), failed(1, B), failed(2, B), failed(3, B)])).toEqual(['A', 'A', 'B', 'B']);
  });

  it.each([
    ['Timeout', ['A', 'A', 'A', 'A', 'B']],
    ['Forbidden', ['A', 'A', 'B', 'B', 'B']],
  ] as const)('while its check cannot look for %s, goes on as %j', (reason, expected) => {
    const blind: Diagnosis = { ...B, notChecked: [{ check: 'check', reason, message: 'not seen' }] };
    const row = [failed(0, A), failed(1, blind), failed(2, blind), failed(3, B), failed(4, B)];
    expect(reasons(row)).toEqual(expected);
  });

  it('holds for good against one that comes by turns', () => {
    const turns = [0, 1, 2, 3, 4, 5].map((second) => failed(second, second % 2 === 0 ? A : B));
    expect(reasons(turns)).toEqual(['A', 'A', 'A', 'A', 'A', 'A']);
  });

  it('gives way at once to one of higher confidence', () => {
    expect(reasons([failed(0, withConfidence('A', 'Medium')), failed(1, B)])).toEqual(['A', 'B']);
  });

  it.each<[string, Cause, Cause, readonly string[]]>([
    [
      'that accuses nobody gives way at once to a cause that is as sure',
      { reason: 'A', confidence: 'Low', owner: 'Unknown' },
      { reason: 'B', confidence: 'Low', consequences: ['A'] },
      ['A', 'B', 'B', 'B'],
    ],
    [
      'that accuses nobody holds against a guess that is less sure',
      { reason: 'A', confidence: 'Medium', owner: 'Unknown' },
      { reason: 'B', confidence: 'Low', others: ['A'] },
      ['A', 'A', 'A', 'A'],
    ],
    [
      'that turns out to follow from another cause gives way to it at once',
      { reason: 'A' },
      { reason: 'B', consequences: ['A'] },
      ['A', 'B', 'B', 'B'],
    ],
    [
      'that follows from a cause that is less sure gives way when that was found twice',
      { reason: 'A' },
      { reason: 'B', confidence: 'Medium', consequences: ['A'] },
      ['A', 'A', 'B', 'B'],
    ],
    [
      'is not taken back for one that accuses nobody until its evidence was absent twice',
      { reason: 'A', confidence: 'Low' },
      { reason: 'B', confidence: 'Low', owner: 'Unknown' },
      ['A', 'A', 'B', 'B'],
    ],
  ])('%s', (_, standing, latest, expected) => {
    const row = [1, 2, 3].map((second) => failed(second, diagnosed(latest)));
    expect(reasons([failed(0, diagnosed(standing)), ...row])).toEqual(expected);
  });

  it('keeps what changed before it, though newer looks tell otherwise', () => {
    const change = (manager: string) => ({
      time: at(0),
      subject: { kind: 'Service', name: 'web', ref: 'Service/web' },
      message: 'changed',
      manager,
    });
    const first = { ...A, changes: [change('helm')] };
    const changes = (outcomes: readonly Outcome[]) => last(outcomes).changes?.map(({ manager }) => manager);
    expect(changes([failed(0, first), failed(1, A)])).toEqual(['helm']);
    expect(changes([failed(0, first), failed(1, { ...B, changes: [change('kubectl')] })])).toEqual(['helm']);
    expect(changes([failed(0, A), failed(1, first)])).toEqual(['helm']);
    expect(changes([failed(0, first), ok(1)])).toBeUndefined();
  });

  it('does not lose confidence in the same cause', () => {
    const status = last([failed(0, A), failed(1, withConfidence('A', 'Low'))]);
    expect(status.verdict?.confidence).toBe('High');
  });

  it('stays while its evidence is still there, and stays first among the findings', () => {
    const both = withConfidence('B', 'High', ['A']);
    const status = last([failed(0, A), failed(1, both), failed(2, both), failed(3, both)]);
    expect(status.verdict).toEqual(A.verdict);
    expect(status.matrix).toEqual(A.matrix);
    expect(status.findings?.map(({ reason }) => reason)).toEqual(['A', 'B']);
  });

  it('stands with its own findings and path while it is doubted', () => {
    expect(last([failed(0, A), failed(1, B, 503)])).toMatchObject({ findings: A.findings, path: A.path });
    expect(shown(last([failed(0, A), failed(1, B, 503)])).Healthy).toBe('False HTTP503');
  });

  it('is judged afresh when the spec has changed', () => {
    const [first] = visits([failed(0, A)]);
    const status = last([failed(1, B)], { from: first as ProbeRecord, generation: 2 });
    expect(status.verdict?.reason).toBe('B');
    expect(status.failingSince).toBe(at(0));
  });

  it('is judged afresh after a recovery', () => {
    expect(reasons([failed(0, A), ok(1), failed(2, B)])).toEqual(['A', 'Healthy', 'B']);
  });

  it('falls when its finding is muted', () => {
    const muted: Diagnosis = {
      ...B,
      findings: [...B.findings, ...A.findings.map((f) => ({ ...f, muted: true }))],
    };
    expect(reasons([failed(0, A), failed(1, muted), failed(2, muted)])).toEqual(['A', 'A', 'B']);
  });
});

describe('a failure without a diagnosis', () => {
  it.each([
    ['InProgress', 'Unknown InProgress', 'Diagnosing'],
    ['Disabled', 'False Disabled', 'HTTP502'],
    ['BudgetExceeded', 'False BudgetExceeded', 'HTTP502'],
  ] as const)('%s says so and accuses nobody', (why, condition, reason) => {
    const status = last([failed(0, why)]);
    expect(shown(status).Diagnosed).toBe(condition);
    expect(status.verdict).toMatchObject({ owner: 'Unknown', layer: 'Unknown', reason });
  });

  it.each(['InProgress', 'BudgetExceeded'] as const)('keeps the verdict that stands: %s', (why) => {
    const status = last([failed(0, A), failed(1, why)]);
    expect(status.verdict).toEqual(A.verdict);
    expect(shown(status).Diagnosed).toBe('True DevOps');
  });

  it('gives way to the diagnosis when it comes', () => {
    expect(last([failed(0, 'InProgress'), failed(0, A)]).verdict).toEqual(A.verdict);
  });

  it('forgets the verdict when diagnosing is switched off', () => {
    expect(shown(last([failed(0, A), failed(1, 'Disabled')])).Diagnosed).toBe('False Disabled');
  });
});

describe('a probe that is not asked', () => {
  const refused: Outcome = {
    kind: 'Refused',
    reason: 'SecretNotFound',
    message: 'Secret token does not exist.',
  };

  it('is stalled while it is refused, and accuses nobody', () => {
    const status = last([failed(0, A), refused]);
    expect(shown(status)).toEqual({
      Ready: 'False SecretNotFound',
      Stalled: 'True SecretNotFound',
      Healthy: 'Unknown NotProbed',
      Diagnosed: 'True NotNeeded',
    });
    expect(status).toMatchObject({
      verdict: {
        owner: 'None',
        layer: 'None',
        reason: 'SecretNotFound',
        summary: 'Secret token does not exist.',
      },
      consecutiveFailures: 0,
      lastProbe: { code: 502 },
    });
    expect(status).not.toHaveProperty('failingSince');
    expect(status).not.toHaveProperty('findings');
  });

  it('is no longer stalled when it is probed again', () => {
    expect(shown(last([refused, ok(1)]))).toEqual({
      Ready: 'True Probing',
      Healthy: 'True Healthy',
      Diagnosed: 'True NotNeeded',
    });
  });

  it('is ready while it is suspended, and keeps its last answer', () => {
    const status = last([ok(0), { kind: 'Suspended', message: 'Not probed while spec.suspend is true' }]);
    expect(shown(status)).toEqual({
      Ready: 'True Suspended',
      Healthy: 'Unknown Suspended',
      Diagnosed: 'True NotNeeded',
    });
    expect(status).toMatchObject({
      verdict: { owner: 'None', reason: 'Suspended' },
      lastProbe: { code: 200 },
      history: [{ healthy: 'Unknown', owner: 'None', reason: 'Suspended' }, { healthy: 'True' }],
    });
  });

  it('has a verdict and a target also when it was never asked', () => {
    const status = last([{ kind: 'Suspended', message: 'Not probed while spec.suspend is true' }], {
      target: 'http://shop.test/',
    });
    expect(status).toMatchObject({ target: 'http://shop.test/', verdict: { reason: 'Suspended' } });
    expect(status).not.toHaveProperty('lastProbe');
  });
});

describe('a replica that is cut off', () => {
  const blind = (second: number): Outcome => ({
    kind: 'Blind',
    observation: observed(second, 503),
    message: 'The operator reaches neither cluster DNS nor the API server',
    ready: 'Probing',
  });

  it('accuses nobody', () => {
    const status = last([ok(0), blind(1)]);
    expect(shown(status)).toEqual({
      Ready: 'True Probing',
      Healthy: 'Unknown ProberFailed',
      Diagnosed: 'True NotNeeded',
    });
    expect(status.verdict).toMatchObject({ owner: 'Unknown', layer: 'Unknown', reason: 'ProberFailed' });
    expect(status.consecutiveFailures).toBe(0);
  });

  it('does not end a failure that went before', () => {
    const records = visits([failed(0, A), blind(1), failed(2, B), ok(3)]);
    expect(records[1]?.status.failingSince).toBe(at(0));
    expect(records[2]?.status).toMatchObject({ failingSince: at(0), verdict: B.verdict });
    expect(records[3]?.status.lastFailure).toMatchObject({ startTime: at(0), endTime: at(3), reason: 'B' });
  });

  it('remembers the failure that ended while it was cut off', () => {
    expect(last([failed(0, A), blind(1), ok(2)]).lastFailure).toEqual({
      startTime: at(0),
      endTime: at(2),
      code: 502,
      owner: 'DevOps',
      reason: 'A',
    });
  });
});

describe('another target or request', () => {
  const from = visits([failed(0, A), failed(1, A)]).at(-1) as ProbeRecord;

  it('starts counters, failingSince and verdict anew', () => {
    const status = last([failed(5, B)], { from, generation: 2, question: 'another' });
    expect(status).toMatchObject({ failingSince: at(5), consecutiveFailures: 1, verdict: B.verdict });
    expect(status.history?.map(({ reason }) => reason)).toEqual(['B', 'A']);
  });

  it('does not claim that the old target has recovered', () => {
    expect(last([ok(5)], { from, generation: 2, question: 'another' })).not.toHaveProperty('lastFailure');
  });

  it('dates Healthy from now on', () => {
    const status = last([failed(5, B)], { from, generation: 2, question: 'another', now: at(5) });
    const times = Object.fromEntries(
      (status.conditions ?? []).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    );
    expect(times).toMatchObject({ Ready: '2030-01-01T00:00:00Z', Healthy: '2030-01-01T00:00:05Z' });
  });
});

describe('history', () => {
  it('holds transitions, newest first, and no more than its limit', () => {
    const turns = [0, 1, 2, 3, 4].map((second) => (second % 2 === 0 ? ok(second) : failed(second, A)));
    expect(last(turns, { historyLimit: 3 }).history).toEqual([
      { time: at(4), healthy: 'True', code: 200, owner: 'None', reason: 'Healthy' },
      { time: at(3), healthy: 'False', code: 502, owner: 'DevOps', reason: 'A' },
      { time: at(2), healthy: 'True', code: 200, owner: 'None', reason: 'Healthy' },
    ]);
    expect(last(turns, { historyLimit: 0 }).history).toEqual([]);
  });

  it('ends up with the cause that was found, not with the first guess', () => {
    const guess = diagnosed({ reason: 'CauseUnknown', confidence: 'Low', owner: 'Unknown' });
    expect(last([ok(0), failed(1, guess), failed(2, A)]).history?.[0]).toEqual({
      time: at(1),
      healthy: 'False',
      code: 502,
      owner: 'DevOps',
      reason: 'A',
    });
  });
});

it('echoes the request to probe at once', () => {
  expect(last([ok(0)], { requestedAt: 'now' }).lastHandledRequest).toBe('now');
});

it('goes on after a restart from the status that was stored', () => {
  const [before] = visits([failed(0, A)]);
  const after = recordOf((before as ProbeRecord).status, 'q');
  expect(last([failed(1, A)], { from: after })).toMatchObject({ failingSince: at(0), verdict: A.verdict });
});

describe('any sequence of visits', () => {
  const outcome = fc.oneof(
    fc.constant(ok(0)),
    fc
      .constantFrom(A, B, 'InProgress' as const, 'Disabled' as const)
      .map((diagnosis) => failed(0, diagnosis)),
    fc.constant<Outcome>({ kind: 'Suspended', message: 'Not probed while spec.suspend is true' }),
    fc.constant<Outcome>({ kind: 'Refused', reason: 'InvalidSpec', message: 'no' }),
    fc.constant<Outcome>({
      kind: 'Blind',
      observation: observed(0, 503),
      message: 'cut off',
      ready: 'Probing',
    }),
  );

  it('leaves a status that agrees with itself', () => {
    fc.assert(
      fc.property(
        fc.array(outcome, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (outcomes, failure, success) => {
          for (const { status } of visits(outcomes, { thresholds: { failure, success }, historyLimit: 5 })) {
            const { Ready, Stalled, Healthy } = shown(status);
            expect(status.verdict).toBeDefined();
            expect(Stalled === undefined).toBe(Ready?.startsWith('True'));
            expect(status.consecutiveFailures).toBeLessThanOrEqual(failure);
            expect(status.consecutiveSuccesses).toBeLessThanOrEqual(success);
            expect(status.history?.length).toBeLessThanOrEqual(5);
            if (Healthy?.startsWith('False')) expect(status.failingSince).toBeDefined();
            if (Healthy?.startsWith('True')) {
              expect(status).not.toHaveProperty('failingSince');
              expect(status.verdict?.owner).toBe('None');
            }
          }
        },
      ),
    );
  });
});

describe('the trace of a failure', () => {
  const traced = (second: number, code: number, diagnosis: Diagnosis): Outcome => ({
    kind: 'Probed',
    observation: { ...observed(second, code), requestID: `trace-${second}` },
    diagnosis,
    ready: 'Probing',
  });
  const fails = (second: number) => traced(second, 502, A);
  const links = {
    templates: [{ name: 'Logs', url: 'https://logs.test/{traceID}/{fromSeconds}' }],
    namespace: 'shop',
    name: 'web',
  };

  it('is that of the first failed probe, and stays', () => {
    const thresholds = { failure: 3, success: 1 };
    const records = visits([traced(0, 200, HEALTHY), fails(1), fails(2), fails(3), fails(4)], {
      thresholds,
      links,
    });
    expect(records.map(({ status }) => status.failureTraceID)).toEqual([
      undefined,
      undefined,
      undefined,
      'trace-1',
      'trace-1',
    ]);
    const [, , , failing, later] = records;
    const seconds = Date.UTC(2030, 0, 1, 0, 0, 1) / 1000 - 15 * 60;
    expect(failing?.status.links).toEqual([{ name: 'Logs', url: `https://logs.test/trace-1/${seconds}` }]);
    expect(later?.status.links).toEqual(failing?.status.links);
  });

  it('stays when another replica goes on', () => {
    const before = last([fails(1)], { links });
    const after = last([fails(2)], { links, from: recordOf(before, 'q') });
    expect([after.failureTraceID, after.links]).toEqual([before.failureTraceID, before.links]);
  });

  it('is gone with the failure', () => {
    const status = last([fails(1), traced(2, 200, HEALTHY)], { links });
    expect(status).not.toHaveProperty('failureTraceID');
    expect(status).not.toHaveProperty('links');
  });

  it('is another with the next failure', () => {
    expect(last([fails(1), traced(2, 200, HEALTHY), fails(3)]).failureTraceID).toBe('trace-3');
  });
});
