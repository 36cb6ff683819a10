import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_POLICY, parsePolicy, policyFor } from './policy.ts';

const POLICY = parsePolicy(`
clusterCIDRs: [198.18.0.0/15]
rules:
  - allowCIDRs: [10.0.0.0/8]
    minimumInterval: 10s
    maximumProbes: 50
  - namespaceSelector:
      matchLabels: { team: monitoring }
      matchExpressions: [{ key: restricted, operator: DoesNotExist }]
    allowCIDRs: [127.0.0.0/8]
    denyCIDRs: [10.1.0.0/16]
    minimumInterval: 1s
    podLogs: false
`);

describe('the policy of a namespace', () => {
  it('is that of every rule without a selector', () => {
    expect(policyFor(POLICY, { team: 'shop' })).toEqual({
      allowCIDRs: ['10.0.0.0/8'],
      denyCIDRs: [],
      shortestIntervalMilliseconds: 10_000,
      maximumProbes: 50,
      podLogs: true,
      awsResources: [],
    });
  });

  it('adds lists up and lets the last single value count', () => {
    expect(policyFor(POLICY, { team: 'monitoring' })).toEqual({
      allowCIDRs: ['10.0.0.0/8', '127.0.0.0/8'],
      denyCIDRs: ['10.1.0.0/16'],
      shortestIntervalMilliseconds: 1000,
      maximumProbes: 50,
      podLogs: false,
      awsResources: [],
    });
  });

  it('follows expressions of the selector', () => {
    expect(policyFor(POLICY, { team: 'monitoring', restricted: '' }).podLogs).toBe(true);
  });

  it('allows nothing special and limits nothing where there is none', () => {
    expect(policyFor(NO_POLICY, {})).toEqual({
      allowCIDRs: [],
      denyCIDRs: [],
      shortestIntervalMilliseconds: 0,
      maximumProbes: Number.POSITIVE_INFINITY,
      podLogs: true,
      awsResources: [],
    });
  });
});

it('the example of the documentation is a policy that does what it says', () => {
  const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
  const example = parsePolicy(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? 'none');
  expect(policyFor(example, { team: 'monitoring' })).toEqual({
    allowCIDRs: ['10.96.0.0/12', '10.244.0.0/16'],
    denyCIDRs: ['10.20.0.0/16'],
    shortestIntervalMilliseconds: 1000,
    maximumProbes: 200,
    podLogs: true,
    awsResources: [],
  });
  expect(policyFor(example, { 'kubernetes.io/metadata.name': 'payments' })).toMatchObject({
    shortestIntervalMilliseconds: 10_000,
    podLogs: false,
  });
});

it('an empty file is a policy', () => expect(parsePolicy('')).toEqual(NO_POLICY));

it.each([
  ['rules: 1', 'policy.rules must be a list.'],
  ['rule: []', 'policy.rule is not a field of the policy.'],
  ['rules: [{ allowCIDR: [] }]', 'policy.rules[0].allowCIDR is not a field of the policy.'],
  ['rules: [{ allowCIDRs: 10.0.0.0/8 }]', 'policy.rules[0].allowCIDRs must be a list.'],
  [
    'rules: [{}, { minimumInterval: 1d }]',
    'policy.rules[1].minimumInterval must be a duration of h, m, s and ms, such as 30s.',
  ],
  [
    'rules: [{ namespaceSelector: { matchExpressions: [{ key: a, operator: Is }] } }]',
    'policy.rules[0].namespaceSelector.matchExpressions[0].operator must be one of In, NotIn, Exists, DoesNotExist.',
  ],
  ['rules: [{ maximumProbes: many }]', 'policy.rules[0].maximumProbes must be a whole number.'],
])('refuses %s', (text, message) => expect(() => parsePolicy(text)).toThrow(message));
