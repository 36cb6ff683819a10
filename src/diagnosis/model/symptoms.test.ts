import { describe, expect, it } from 'vitest';
import type { Observation, Phase } from './observation.ts';
import { symptomsOf } from './symptoms.ts';

const observed = (more: Partial<Observation>): Observation => ({
  time: '2026-01-02T03:04:05.000Z',
  method: 'GET',
  url: 'http://shop.test/',
  finalURL: 'http://shop.test/',
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  headers: {},
  ...more,
});

const failed = (phase: Phase, reason: string, code?: number) =>
  symptomsOf(observed({ failure: { phase, reason, message: '' }, ...(code === undefined ? {} : { code }) }));

describe('symptomsOf', () => {
  it.each([
    ['a code and its class', failed('Assert', 'UnexpectedStatus', 502), [502, '5xx']],
    ['a success that was not expected', failed('Assert', 'UnexpectedStatus', 200), ['Assertion']],
    ['a time-out in any phase', failed('Connect', 'ConnectTimeout'), ['Timeout']],
    ['a time-out while the body came', failed('Receive', 'BodyTimeout', 200), ['Timeout', 'Assertion']],
    ['a refused connection', failed('Connect', 'ConnectionRefused'), ['Connection']],
    ['a broken answer', failed('Wait', 'MalformedResponse'), ['Connection']],
    ['no such name', failed('Resolve', 'NXDomain'), ['DNS']],
    ['a bad certificate', failed('TLS', 'CertificateExpired'), ['TLS']],
    ['redirects in a circle', failed('Assert', 'RedirectLoop', 302), ['RedirectLoop', 302, '3xx']],
    ['a body that does not match', failed('Assert', 'BodyMismatch', 200), ['Assertion']],
    ['a target that is not there', failed('Resolve', 'TargetNotFound'), ['TargetNotFound']],
    ['a healthy answer', symptomsOf(observed({ success: true, code: 200 })), []],
  ])('%s', (_, symptoms, expected) => {
    expect(symptoms).toEqual(expected);
  });
});
