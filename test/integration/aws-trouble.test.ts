import { describe, expect, test } from 'vitest';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import {
  credentialsFor,
  DENIALS,
  everyLook,
  failures,
  failuresUnder,
  keys,
  PATIENT,
  serve,
  THROTTLES,
  useAwsAccount,
  useMicroburst,
} from '../support/aws-account.ts';

useAwsAccount();
useMicroburst();

describe('AWS in trouble', { timeout: 60_000 }, () => {
  const reasonsOf = async (url: string, limits = PATIENT) => {
    credentialsFor({ ...keys, AWS_ENDPOINT_URL: url });
    const failed = await failures(createAwsReader(limits));
    return [...new Set(Object.values(failed).map(({ reason }) => reason))].sort();
  };

  test('that is down is a failed look, of every kind', async () => {
    expect(await reasonsOf('http://127.0.0.1:1')).toEqual(['Failed']);
  });

  test('that does not answer is a time-out within the limit of a call', async () => {
    const url = await serve(() => undefined);
    const impatient = { callMilliseconds: 1_500, requestMilliseconds: 400 };
    expect(await reasonsOf(url, impatient)).toEqual(['Timeout']);
  });

  test('that answers with HTML is a failed look', async () => {
    const url = await serve(() => ({ type: 'text/html', body: '<html><body>Maintenance</body></html>' }));
    credentialsFor({ ...keys, AWS_ENDPOINT_URL: url });
    const failed = await failures(createAwsReader(PATIENT));
    for (const { reason } of Object.values(failed)) expect(reason).toBe('Failed');
    expect(failed.loadBalancer?.message).toBe(
      'elasticloadbalancing:DescribeLoadBalancers was answered with something that is no answer of AWS',
    );
    expect(failed.webACL?.message).toBe(
      'wafv2:GetWebACLForResource was answered with something that is no answer of AWS',
    );
  });
});

describe('calls that fail by rules, in the words of each service', { timeout: 90_000 }, () => {
  const everyName = Object.keys(everyLook(createAwsReader())).sort();

  test('that are throttled are told as throttled, each with its action', async () => {
    const failed = await failuresUnder(THROTTLES);
    expect(Object.keys(failed).sort()).toEqual(everyName);
    for (const { reason, message } of Object.values(failed)) {
      expect(reason, message).toBe('Throttled');
      expect(message).toMatch(/^AWS asks to wait before the next [a-z0-9]+:[A-Z]\w+$/);
    }
  });

  test('that are throttled once are tried again', async () => {
    // The signature of a call is for another host than the one behind the proxy; root is not asked for one.
    const asRoot = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const once = THROTTLES.map((rule) => ({ ...rule, times: 1 }));
    expect(await failuresUnder(once, asRoot)).toEqual({});
  });

  test('that are denied are told with the statement that allows them', async () => {
    const failed = await failuresUnder(DENIALS);
    expect(Object.keys(failed).sort()).toEqual(everyName);
    for (const { reason, message } of Object.values(failed)) {
      expect(reason).toBe('Forbidden');
      expect(message).toMatch(
        / may not call ([a-z0-9]+:\w+): add \{"Effect":"Allow","Action":"\1","Resource":"[^"]+"\}$/,
      );
    }
  });

  test('with an expired token are told so', async () => {
    const expired = ['elbv2', 'wafv2', 'logs', 's3', 'ec2', 'acm'].map((service) => ({
      service,
      error: { code: ['elbv2', 's3', 'ec2'].includes(service) ? 'ExpiredToken' : 'ExpiredTokenException' },
    }));
    const failed = await failuresUnder(expired);
    expect(Object.keys(failed).sort()).toEqual(everyName);
    for (const each of Object.values(failed))
      expect(each).toEqual({ reason: 'NoCredentials', message: 'The AWS credentials are expired' });
  });
});
