import { describe, expect, it } from 'vitest';
import type { StatusProbeStatus } from '../../api/generated.ts';
import { beatsBetween, heartbeatPeriod, isWorthWriting } from './quiet.ts';

const condition = (status: 'True' | 'False', message = 'fine') => ({
  type: 'Healthy',
  status,
  reason: 'Healthy',
  message,
  observedGeneration: 1,
  lastTransitionTime: '2030-01-01T00:00:00Z',
});

const finding = {
  id: 'f1',
  check: 'c',
  reason: 'R',
  severity: 'Error',
  owner: 'DevOps',
  layer: 'Service',
  subject: { kind: 'Service', name: 'web', ref: 'Service/web' },
  message: 'm',
};

const change = {
  time: '2030-01-01T00:00:00Z',
  subject: finding.subject,
  message: 'image changed',
  manager: 'kubectl',
};

const STORED: StatusProbeStatus = {
  observedGeneration: 1,
  target: 'http://shop.test/',
  conditions: [condition('True')],
  verdict: { owner: 'None', layer: 'None', reason: 'Healthy', summary: 'fine' },
  lastProbe: {
    time: '2030-01-01T00:00:00Z',
    success: true,
    url: 'http://shop.test/',
    finalURL: 'http://shop.test/',
    durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  },
  consecutiveFailures: 0,
  consecutiveSuccesses: 1,
  path: [{ hop: 'Service', ref: 'Service/web', result: 'OK' }],
  findings: [finding],
  history: [],
};

describe('a status is worth a write when', () => {
  it('there is none', () => expect(isWorthWriting(undefined, STORED)).toBe(true));

  it.each<[string, Partial<StatusProbeStatus>]>([
    ['the generation', { observedGeneration: 2 }],
    ['the target', { target: 'http://other.test/' }],
    ['the handled request', { lastHandledRequest: '1' }],
    ['a condition', { conditions: [condition('False')] }],
    ["a condition's message", { conditions: [condition('True', 'other')] }],
    ['the verdict', { verdict: { owner: 'DevOps', layer: 'None', reason: 'Healthy', summary: 'fine' } }],
    ['a path result', { path: [{ hop: 'Service', ref: 'Service/web', result: 'Failed' }] }],
    ['a finding', { findings: [{ ...finding, id: 'f2' }] }],
    ['the changes', { changes: [change] }],
    ['the history', { history: [{ time: '2030-01-01T00:00:00Z', healthy: 'True' }] }],
  ])('%s differs', (_, different) => expect(isWorthWriting(STORED, { ...STORED, ...different })).toBe(true));
});

it.each<[string, Partial<StatusProbeStatus>]>([
  ['the last probe', { lastProbe: { ...STORED.lastProbe, time: '2031-01-01T00:00:00Z' } as never }],
  ['the counters', { consecutiveFailures: 1, consecutiveSuccesses: 0 }],
  ['the text of a finding', { findings: [{ ...finding, message: 'other', evidence: ['x'] }] }],
  ['the Pod behind a path result', { path: [{ hop: 'Service', ref: 'Service/new', result: 'OK' }] }],
  [
    'the time of a transition',
    { conditions: [{ ...condition('True'), lastTransitionTime: '2031-01-01T00:00:00Z' }] },
  ],
])('a status in which only %s differs is not', (_, different) => {
  expect(isWorthWriting(STORED, { ...STORED, ...different })).toBe(false);
});

describe('the heartbeat', () => {
  it('comes every 5 minutes, and seldomer where probes are many', () => {
    expect(heartbeatPeriod(10)).toBe(300_000);
    expect(heartbeatPeriod(5000)).toBe(5_000_000);
  });

  it('comes once in a period, whenever a probe is looked at', () => {
    const times = Array.from({ length: 101 }, (_, index) => index * 30_000);
    const beats = times
      .slice(1)
      .filter((now, index) => beatsBetween(times[index] as number, now, 300_000, 0.37));
    expect(beats).toHaveLength(10);
  });

  it('comes at another time for another probe', () => {
    const count = (from: number, to: number) =>
      Array.from({ length: 1000 }, (_, index) => index / 1000).filter((share) =>
        beatsBetween(from, to, 1_000_000, share),
      ).length;
    for (let second = 0; second < 1000; second += 100) {
      expect(count(second * 1000, (second + 100) * 1000)).toBe(100);
    }
  });
});
