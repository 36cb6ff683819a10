import { describe, expect, test } from 'vitest';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import {
  ACCESS_LOGS,
  ACL,
  address,
  certificateARN,
  groupIDs,
  health,
  JSON_TYPE,
  LOAD_BALANCER,
  listenerARN,
  listenerCertificates,
  loadBalancerARN,
  REGION,
  recorded,
  seen,
  targetGroupARN,
  USER_AGENT,
  useAwsAccount,
} from '../support/aws-account.ts';

useAwsAccount();

describe('what the reader makes of AWS', () => {
  test('load balancer, listeners, rules and target health', async () => {
    const reader = createAwsReader();
    const known = seen(await reader.loadBalancer({ targetGroupARN }));
    expect(known.loadBalancer).toMatchObject({
      LoadBalancerName: 'edge',
      Type: 'application',
      State: { Code: 'active' },
    });
    expect(known.attributes['idle_timeout.timeout_seconds']).toBe('60');
    const listeners = seen(await reader.listeners(known.loadBalancer));
    expect(
      listeners.map(({ Port, Rules = [] }) => [Port, Rules.map(({ Priority }) => Priority).sort()]),
    ).toEqual([
      [80, ['1', 'default']],
      [443, ['default']],
    ]);
    const [group] = seen(await reader.targetGroups([targetGroupARN]));
    expect(
      group?.TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target.Id, TargetHealth?.State]),
    ).toEqual([['10.1.0.11', 'healthy']]);
  });

  test('a load balancer by its DNS name', async () => {
    const reader = createAwsReader();
    const { loadBalancer } = seen(await reader.loadBalancer({ loadBalancerARN }));
    const byName = await reader.loadBalancer({
      dnsName: loadBalancer.DNSName?.toLowerCase() ?? '',
      region: REGION,
    });
    expect(seen(byName).loadBalancer.LoadBalancerArn).toBe(loadBalancerARN);
  });

  test.each([
    ['unhealthy', 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [503]'],
    ['unhealthy', 'Target.Timeout', 'Request timed out'],
    ['unused', 'Target.IpUnusable', 'The target IP address is reserved for use by a Load Balancer'],
    ['draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress'],
  ])('target health %s, %s', async (State, Reason, Description) => {
    recorded.set('DescribeTargetHealth', health(State, Reason, Description));
    const [group] = seen(await createAwsReader().targetGroups([targetGroupARN]));
    expect(group?.TargetHealthDescriptions).toEqual([
      {
        Target: { Id: '10.1.0.11', Port: 8080 },
        HealthCheckPort: '8080',
        TargetHealth: { State, Reason, Description },
      },
    ]);
  });

  test('certificates of a listener, those of IAM by their ARN alone', async () => {
    const ofIAM = 'arn:aws:iam::000000000000:server-certificate/shop';
    recorded.set('DescribeListenerCertificates', listenerCertificates(certificateARN, ofIAM));
    expect(seen(await createAwsReader().certificates(listenerARN))).toEqual([
      {
        CertificateArn: certificateARN,
        DomainName: '*.example.com',
        SubjectAlternativeNames: ['*.example.com'],
        NotAfter: expect.stringMatching(/^20\d\d-.*Z$/),
      },
      { CertificateArn: ofIAM },
    ]);
  });

  test('security groups of the load balancer and of its targets; a target without an interface has none', async () => {
    const known = seen(await createAwsReader().securityGroups(LOAD_BALANCER(), [address, '192.0.2.77']));
    expect(known.groupsOfTarget).toEqual({ [address]: [groupIDs.pods] });
    expect(known.groups.map(({ GroupId, GroupName }) => [GroupId, GroupName]).sort()).toEqual(
      [
        [groupIDs.balancer, 'balancer'],
        [groupIDs.pods, 'pods'],
      ].sort(),
    );
  });

  test('web ACL with its log, and none at all', async () => {
    const { webACL, logDestinations } = seen(await createAwsReader().webACL(loadBalancerARN));
    expect(webACL).toMatchObject({ Name: 'edge', Rules: [{ Name: 'no-bots' }] });
    expect(logDestinations).toEqual(['arn:aws:logs:eu-central-1:000000000000:log-group:aws-waf-logs-edge:*']);
    recorded.set('GetWebACLForResource', { type: JSON_TYPE, body: '{}' });
    expect(seen(await createAwsReader().webACL(loadBalancerARN))).toEqual({ logDestinations: [] });
  });

  test('requests of probes in the log of AWS WAF, in CloudWatch and in S3, without what they sent', async () => {
    const reader = createAwsReader();
    const request = {
      source: 'Log',
      time: expect.any(String),
      action: 'BLOCK',
      rule: 'no-bots',
      ruleType: 'REGULAR',
      matched: ['XSS in HEADER'],
      method: 'GET',
      uri: '/',
      userAgent: USER_AGENT,
      traceID: 'Root=1-6955b900-abcdef012345678912345678',
    };
    expect(seen(await reader.wafLog(ACL, { logGroupName: 'aws-waf-logs-edge' }))).toEqual([request]);
    const [, , , , account = ''] = loadBalancerARN.split(':');
    const acl = { ...ACL, ARN: ACL.ARN.replace('000000000000', account) };
    expect(seen(await reader.wafLog(acl, { s3: ACCESS_LOGS }))).toEqual([request]);
  });

  test('requests of probes among the samples', async () => {
    expect(seen(await createAwsReader().wafSamples(ACL))).toEqual([
      {
        source: 'Sample',
        time: '2026-01-01T00:00:00.000Z',
        action: 'CAPTCHA',
        rule: 'no-bots',
        matched: [],
        responseCode: 405,
        method: 'GET',
        uri: '/',
        userAgent: USER_AGENT,
      },
    ]);
  });

  test('access log: own lines of whole, mixed and damaged objects, and none of another load balancer', async () => {
    const entries = seen(await createAwsReader().accessLog(LOAD_BALANCER(), ACCESS_LOGS));
    const codes = entries.map(({ elbStatusCode }) => elbStatusCode);
    expect(codes.slice(0, 2)).toEqual([502, 500]);
    expect(new Set(codes.slice(2))).toEqual(new Set([504]));
    expect(entries[0]).toMatchObject({
      target: '10.1.0.11:8080',
      targetProcessingTime: 0.001,
      method: 'GET',
      url: 'http://shop.example.com:80/',
      userAgent: USER_AGENT,
      actionsExecuted: ['waf', 'forward'],
      matchedRulePriority: '1',
    });
  });
});
