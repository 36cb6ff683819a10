import { expect, it } from 'vitest';
import type { AppliedRow } from '../model/diagnosis.ts';
import type { Observation, ProbeFailure } from '../model/observation.ts';
import { unexplained } from './unexplained.ts';

const observed = (seen: Partial<Observation>): Observation => ({
  time: '2026-01-02T03:04:05.000Z',
  method: 'GET',
  url: 'http://shop.test/',
  finalURL: 'http://shop.test/',
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  headers: {},
  ...seen,
});

const failure = (phase: ProbeFailure['phase'], reason: string): Partial<Observation> => ({
  failure: { phase, reason, message: reason },
});

it.each<[string, Partial<Observation>, string]>([
  ['a code', { code: 502 }, 'The answer is 502'],
  ['an interim code', { code: 103 }, 'The answer is 103'],
  ['a success that was not expected', { code: 204 }, 'The answer is not as expected'],
  ['a time-out', failure('Connect', 'ConnectTimeout'), 'No answer comes in time'],
  ['a refusal', failure('Connect', 'ConnectionRefused'), 'The connection fails before an answer comes'],
  ['no name', failure('Resolve', 'NXDomain'), 'DNS gives no address for the host'],
  ['a certificate', failure('TLS', 'CertificateExpired'), 'No secure connection comes about'],
  ['a loop', { ...failure('Assert', 'RedirectLoop'), code: 302 }, 'The redirects come to no end'],
  ['an assertion', { ...failure('Assert', 'BodyMismatch'), code: 200 }, 'The answer is not as expected'],
  ['no target', failure('Resolve', 'TargetNotFound'), 'What the probe names does not exist'],
  ['no address', failure('Resolve', 'NoAddress'), 'What the probe names has no address'],
])('%s that nothing explains is told in one sentence', (_, seen, words) => {
  expect(unexplained(observed(seen), undefined)).toEqual({
    owner: 'Unknown',
    layer: 'Unknown',
    reason: 'CauseUnknown',
    summary: `${words}, and nothing that could be looked at explains it`,
    confidence: 'Low',
  });
});

it.each([
  ['DevOps', 'DevOps'],
  ['Both', 'DevOps and Developer'],
] as const)('the matrix tells whose turn it is: %s', (owner, who) => {
  const row: AppliedRow = {
    row: '502',
    side: 'DevOps',
    meaning: 'Bad Gateway',
    owner,
    fixArea: 'Service targetPort',
  };
  expect(unexplained(observed({ code: 502 }), row).summary).toBe(
    `The answer is 502, and nothing that could be looked at explains it; first to look: ${who} (Service targetPort)`,
  );
});
