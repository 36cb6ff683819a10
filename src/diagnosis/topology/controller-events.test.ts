import { describe, expect, test } from 'vitest';
import { causeIn, deniedAction, standingComplaint } from './controller-events.ts';

const SDK =
  'operation error Elastic Load Balancing v2: CreateRule, https response error StatusCode: 400, RequestID: 0f1e2d3c-1111-2222-3333-444455556666, api error TooManyRules: The maximum number of rules has been reached';

describe('the cause in what the controller says', () => {
  test.each([
    ["Failed build model due to couldn't auto-discover subnets", "couldn't auto-discover subnets"],
    [`Failed deploy model due to ${SDK}`, 'TooManyRules: The maximum number of rules has been reached'],
    ['conflicting scheme: map[internal:{}]', 'conflicting scheme: map[internal:{}]'],
  ])('%s', (message, cause) => expect(causeIn(message)).toBe(cause));

  test('is cut where it is long', () => expect(causeIn('x'.repeat(500))).toBe(`${'x'.repeat(159)}…`));
});

test.each([
  [
    'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: wafv2:GetWebACL on resource: *',
    { principal: 'arn:aws:sts::1:assumed-role/r/s', action: 'wafv2:GetWebACL' },
  ],
  ['is not authorized to perform: s3:GetObject because', { action: 's3:GetObject' }],
  ['AccessDenied: Access Denied', undefined],
])('the action in: %s', (message, denied) => expect(deniedAction(message)).toEqual(denied));

test('a complaint stands until the controller succeeds with the same object', () => {
  const object = { metadata: { name: 'shop', namespace: 'demo', uid: 'a' } };
  const event = (reason: string, time: string, name = 'shop') => ({
    type: 'Warning',
    reason,
    message: reason,
    time,
    regarding: { kind: 'Ingress', namespace: 'demo', name },
  });
  const complaints = ['FailedBuildModel'];
  const failed = event('FailedBuildModel', '2026-01-01T00:00:00Z');
  const done = event('SuccessfullyReconciled', '2026-01-01T00:01:00Z');
  expect(standingComplaint('Ingress', object, [failed], complaints)).toBe(failed);
  expect(standingComplaint('Ingress', object, [done, failed], complaints)).toBeUndefined();
  expect(standingComplaint('Ingress', object, [failed, done], complaints)).toBe(failed);
  const other = event('FailedBuildModel', '2026-01-01T00:00:00Z', 'other');
  expect(standingComplaint('Ingress', object, [other], complaints)).toBeUndefined();
});
