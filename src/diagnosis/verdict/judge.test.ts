import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../model/check.ts';
import type { AppliedRow, Mute } from '../model/diagnosis.ts';
import { NOT_APPLICABLE, type Route } from '../model/evidence.ts';
import { found } from '../model/lookup.ts';
import type { Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { judge } from './judge.ts';

const observation: Observation = {
  time: '2026-01-02T03:04:05.000Z',
  method: 'GET',
  url: 'http://shop.test/',
  finalURL: 'http://shop.test/',
  code: 503,
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  headers: {},
};

const workload = referenceTo({ kind: 'Deployment', namespace: 'shop', name: 'web' }, 'shop');

const route: Route = {
  observation: found(observation),
  request: NOT_APPLICABLE,
  home: found('shop'),
  ingress: NOT_APPLICABLE,
  httpRoute: NOT_APPLICABLE,
  gateways: NOT_APPLICABLE,
  service: NOT_APPLICABLE,
  endpoints: NOT_APPLICABLE,
  pods: found({
    pods: [],
    ownerOf: new Map([
      ['web-1', workload],
      ['web-2', workload],
    ]),
  }),
};

const ROWS: readonly AppliedRow[] = [
  { row: '503', side: 'DevOps', meaning: 'm', owner: 'DevOps', fixArea: 'readiness' },
  { row: '503', side: 'Developer', meaning: 'm', owner: 'Both', fixArea: 'logs' },
];

const finding = (reason: string, more: Partial<Finding> = {}): Finding => ({
  check: 'a-check',
  reason,
  severity: 'Error',
  owner: 'DevOps',
  layer: 'Pod',
  subject: workload,
  message: `${reason} happened`,
  evidence: [],
  confidence: 'High',
  explains: [503],
  leadsTo: [],
  ...more,
});

const judgeFindings = (findings: readonly Finding[], mute: readonly Mute[] = []) =>
  judge({
    observation,
    evidence: route,
    outcomes: { findings, notChecked: [] },
    mute,
    rows: ROWS,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });

const empty = finding('NoReadyEndpoints', { layer: 'Service', owner: 'Unknown', confidence: 'Low' });
const crash = finding('CrashLoop', { owner: 'Developer', leadsTo: ['NoReadyEndpoints'] });

describe('judge', () => {
  it('names the cause and folds its symptom under it', () => {
    const { verdict, findings } = judgeFindings([empty, crash]);
    expect(verdict).toMatchObject({
      owner: 'Developer',
      reason: 'CrashLoop',
      confidence: 'High',
      culprit: workload,
    });
    expect(findings.map(({ reason, causedBy }) => [reason, causedBy])).toEqual([
      ['CrashLoop', undefined],
      ['NoReadyEndpoints', findings[0]?.id],
    ]);
  });

  it('never accuses for what does not explain the symptom', () => {
    const { verdict, findings } = judgeFindings([finding('OddAnnotation', { explains: [404] })]);
    expect(verdict).toMatchObject({
      owner: 'Unknown',
      layer: 'Unknown',
      reason: 'CauseUnknown',
      confidence: 'Low',
    });
    expect(findings.map(({ reason }) => reason)).toEqual(['OddAnnotation']);
  });

  it('takes the better proved of two causes, and of two equal ones that which the request meets first', () => {
    const guess = finding('Guess', { layer: 'Ingress', confidence: 'Medium' });
    const outer = finding('Outer', { layer: 'Ingress' });
    expect(judgeFindings([guess, crash]).verdict.reason).toBe('CrashLoop');
    expect(judgeFindings([crash, outer]).verdict.reason).toBe('Outer');
  });

  it('says the doubt between two owners by a lower confidence', () => {
    const outer = finding('Outer', { layer: 'Ingress', owner: 'DevOps' });
    expect(judgeFindings([crash, outer]).verdict.confidence).toBe('Medium');
    expect(judgeFindings([crash, finding('Other', { owner: 'Developer' })]).verdict.confidence).toBe('High');
  });

  it('takes a cause by what it leads to, and a warning never for the cause of an error', () => {
    const distant = finding('CrashLoop', { explains: [], leadsTo: ['NoReadyEndpoints'] });
    expect(judgeFindings([empty, distant]).verdict.reason).toBe('CrashLoop');
    const onePod = finding('CrashLoop', { severity: 'Warning', leadsTo: ['TargetPortNotOpen'] });
    expect(judgeFindings([onePod, finding('TargetPortNotOpen')]).verdict.reason).toBe('TargetPortNotOpen');
  });

  it('keeps a warning as the cause where no error explains the symptom', () => {
    const warning = finding('Flapping', { severity: 'Warning', confidence: 'Medium' });
    expect(judgeFindings([warning]).verdict.reason).toBe('Flapping');
    expect(judgeFindings([warning, finding('Note', { severity: 'Info' })]).verdict.reason).toBe('Flapping');
    expect(judgeFindings([finding('Note', { severity: 'Info' })]).verdict.reason).toBe('CauseUnknown');
  });

  it('shows a muted finding, and never makes it the verdict', () => {
    const mute = [{ reason: 'CrashLoop', subject: { kind: 'Deployment', name: 'web' } }];
    const { verdict, findings } = judgeFindings([crash], mute);
    expect(verdict.reason).toBe('CauseUnknown');
    expect(findings).toMatchObject([{ reason: 'CrashLoop', muted: true }]);
    expect(judgeFindings([crash], [{ reason: 'CrashLoop', subject: { name: 'api' } }]).verdict.reason).toBe(
      'CrashLoop',
    );
    expect(
      judgeFindings([crash], [{ reason: 'CrashLoop', until: '2026-01-01T00:00:00Z' }]).verdict.reason,
    ).toBe('CrashLoop');
  });

  it('counts Pods of one workload as one finding with one id', () => {
    const onPod = (name: string) =>
      finding('PodOdd', { subject: referenceTo({ kind: 'Pod', namespace: 'shop', name }, 'shop') });
    const { findings } = judgeFindings([onPod('web-1'), onPod('web-2')]);
    expect(findings).toHaveLength(1);
    expect(judgeFindings([onPod('web-2')]).findings[0]?.id).toBe(findings[0]?.id);
  });

  it('tells findings of one object apart by their fields', () => {
    const onField = (field: string) => finding('Misspelt', { subject: { ...workload, field } });
    const ids = judgeFindings([onField('spec.a'), onField('spec.b')]).findings.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(judgeFindings([onField('spec.b')]).findings[0]?.id).toBe(ids[1]);
  });

  it('picks the side of the matrix that the verdict points to', () => {
    expect(judgeFindings([crash]).matrix?.side).toBe('Developer');
    expect(judgeFindings([finding('Outer', { layer: 'Ingress' })]).matrix?.side).toBe('DevOps');
    expect(judgeFindings([]).matrix?.side).toBe('DevOps');
  });

  it('gives the same bytes whatever the order in which checks spoke', () => {
    const some = [
      empty,
      crash,
      finding('Outer', { layer: 'Ingress' }),
      finding('Note', { severity: 'Info' }),
    ];
    expect(JSON.stringify(judgeFindings(some))).toBe(JSON.stringify(judgeFindings([...some].reverse())));
  });
});
