import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWAFRecord } from './waf-record.ts';

const AGENT = 'statusprobe/0.1.0 (+demo/shop)';
const httpRequest = {
  clientIp: '192.0.2.1',
  uri: '/cart',
  args: 'token=secret',
  httpMethod: 'POST',
  requestId: '1-6955b900-abcdef012345678912345678',
  headers: [
    { name: 'Host', value: 'shop.example.com' },
    { name: 'user-agent', value: AGENT },
  ],
};
const record = {
  timestamp: 1767225600000,
  formatVersion: 1,
  action: 'BLOCK',
  terminatingRuleId: 'block',
  terminatingRuleType: 'REGULAR',
  httpRequest,
};
const BASE = {
  source: 'Log',
  time: '2026-01-01T00:00:00.000Z',
  action: 'BLOCK',
  rule: 'block',
  ruleType: 'REGULAR',
  matched: [],
  method: 'POST',
  uri: '/cart',
  userAgent: AGENT,
  traceID: 'Root=1-6955b900-abcdef012345678912345678',
};

describe('a record of the log of AWS WAF', () => {
  test.each([
    ['a rule that blocks', {}, BASE],
    [
      'a rule of a managed group, and what matched without its data',
      {
        terminatingRuleId: 'AWS-AWSManagedRulesSQLiRuleSet',
        terminatingRuleType: 'MANAGED_RULE_GROUP',
        terminatingRuleMatchDetails: [
          { conditionType: 'SQL_INJECTION', location: 'QUERY_STRING', matchedData: ['secret'] },
        ],
        ruleGroupList: [
          {
            ruleGroupId: 'AWS#AWSManagedRulesSQLiRuleSet',
            terminatingRule: { ruleId: 'SQLi_QUERYARGUMENTS', action: 'BLOCK' },
          },
        ],
      },
      {
        ...BASE,
        rule: 'AWS-AWSManagedRulesSQLiRuleSet',
        ruleType: 'MANAGED_RULE_GROUP',
        ruleWithinGroup: 'SQLi_QUERYARGUMENTS',
        matched: ['SQL_INJECTION in QUERY_STRING'],
      },
    ],
    [
      'a rate limit',
      {
        terminatingRuleType: 'RATE_BASED',
        rateBasedRuleList: [
          { rateBasedRuleId: 'x', limitKey: 'IP', maxRateAllowed: 100, limitValue: '192.0.2.1' },
        ],
      },
      { ...BASE, ruleType: 'RATE_BASED', matched: ['limit 100 by IP'] },
    ],
    [
      'a CAPTCHA',
      { action: 'CAPTCHA', responseCodeSent: 405 },
      { ...BASE, action: 'CAPTCHA', responseCode: 405 },
    ],
    [
      'a CHALLENGE',
      { action: 'CHALLENGE', responseCodeSent: 202 },
      { ...BASE, action: 'CHALLENGE', responseCode: 202 },
    ],
    [
      'one that was let through',
      { action: 'ALLOW', terminatingRuleId: 'Default_Action', responseCodeSent: null },
      { ...BASE, action: 'ALLOW', rule: 'Default_Action' },
    ],
    [
      'a group without a rule that ended it',
      { ruleGroupList: [{ ruleGroupId: 'x', terminatingRule: null }] },
      BASE,
    ],
    ['a redacted path', { httpRequest: { ...httpRequest, uri: 'REDACTED' } }, { ...BASE, uri: 'REDACTED' }],
  ])('%s', (_, more, expected) => {
    const read = readWAFRecord(JSON.stringify({ ...record, ...more }));
    expect(read).toEqual(expected);
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  test.each([
    [
      'of another sender',
      { ...record, httpRequest: { ...httpRequest, headers: [{ name: 'User-Agent', value: 'curl/8' }] } },
    ],
    ['without a request', { ...record, httpRequest: undefined }],
    ['with headers of another type', { ...record, httpRequest: { ...httpRequest, headers: 'none' } }],
    ['with a time that is none', { ...record, timestamp: 1e20 }],
    ['that is a list', []],
    ['that is null', null],
  ])('%s is passed over', (_, value) => expect(readWAFRecord(JSON.stringify(value))).toBeUndefined());

  test('that is no JSON is passed over', () => {
    expect(readWAFRecord(JSON.stringify(record).slice(0, -5))).toBeUndefined();
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => void readWAFRecord(JSON.stringify({ ...record, httpRequest: value })),
      ),
    );
  });
});
