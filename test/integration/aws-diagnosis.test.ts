import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AssociateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { describe, expect, test } from 'vitest';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import { createLogLooks } from '../../src/evidence/aws/log-looks.ts';
import { readSavedCase } from '../../src/evidence/saved-case.ts';
import {
  ACCESS_LOGS,
  accessLogLine,
  address,
  credentialsFor,
  DENIALS,
  diagnosed,
  gateway,
  groupIDs,
  health,
  keys,
  loadBalancerARN,
  microburst,
  PATIENT,
  putAccessLog,
  recorded,
  root,
  seen,
  serve,
  servers,
  THROTTLES,
  targetGroupARN,
  useAwsAccount,
  useMicroburst,
} from '../support/aws-account.ts';
import { SCENARIOS_FOLDER } from '../support/scenarios.ts';

useAwsAccount();
useMicroburst();

describe('a whole diagnosis', { timeout: 60_000 }, () => {
  const LATE = '502--alb-log-shows-a-closed-connection';

  test('ends with the rule of AWS WAF that blocked the request', async () => {
    const { verdict } = await diagnosed('403--waf-managed-rule-blocks');
    expect(verdict).toMatchObject({
      owner: 'DevOps',
      layer: 'WAF',
      reason: 'WAFRuleBlocked',
      culprit: { ref: 'WebACL/edge', field: "Rules['no-bots']" },
      confidence: 'High',
    });
  });

  test('ends with the unhealthy target and its reason', async () => {
    recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out'));
    const { verdict, findings } = await diagnosed('504--alb-target-times-out');
    expect(verdict).toMatchObject({ owner: 'DevOps', reason: 'TargetHealthTimeout', confidence: 'High' });
    expect(findings[0]?.evidence).toEqual(['Pod/shop-6d4f8b9c7d-abcde: Request timed out']);
  });

  test('ends with the security group that closes the port of a silent target', async () => {
    recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out', address));
    const { verdict } = await diagnosed('504--alb-target-times-out');
    expect(verdict).toMatchObject({
      owner: 'DevOps',
      layer: 'Network',
      reason: 'SecurityGroupBlocksTarget',
      culprit: { ref: `SecurityGroup/${groupIDs.pods}` },
      commands: [
        `aws ec2 authorize-security-group-ingress --group-id '${groupIDs.pods}' --protocol tcp --port '8080' --source-group '${groupIDs.balancer}'`,
      ],
    });
  });

  test('of a failure that lasts finds the line of the access log that came late, and asks for it only when it must be in', async () => {
    const began = new Date();
    let minutes = 0;
    const logLooks = createLogLooks(() => began.getTime() + minutes * 60_000);
    const place = { ...ACCESS_LOGS, prefix: 'late' };
    const { sources } = await readSavedCase(path.join(SCENARIOS_FOLDER, LATE));
    const settings = { ...sources.settings, aws: { options: { accessLogs: place }, allowed: ['*'] } };
    const probe = { ...sources.probe, failingSince: began.toISOString() };
    const aws = createAwsReader({ keepMilliseconds: 0 });
    const verdictAfter = async (passed: number) => {
      minutes = passed;
      const before = gateway.calls.filter((call) => call === 'GET').length;
      const { verdict } = await diagnosed(LATE, { aws, logLooks, settings, probe });
      const calls = gateway.calls.filter((call) => call === 'GET').length - before;
      return [verdict.reason, verdict.confidence, calls > 0];
    };
    expect(await verdictAfter(0)).toEqual(['ALBBadGateway', 'Low', true]);
    expect(await verdictAfter(5)).toEqual(['ALBBadGateway', 'Low', true]);
    const line = accessLogLine(new Date(began.getTime() + 1000), 502, '-').replace(/arn:\S+/, targetGroupARN);
    await putAccessLog(place.prefix, gzipSync(line));
    expect(await verdictAfter(5.5)).toEqual(['ALBBadGateway', 'Low', false]);
    expect(await verdictAfter(6)).toEqual(['TargetClosedConnection', 'High', true]);
    expect(await verdictAfter(9)).toEqual(['TargetClosedConnection', 'High', false]);
  });

  /** A verdict that the readiness gates of Pods give, whatever becomes of AWS. */
  const BY_GATES = '503--alb-gate-says-response-code-mismatch';

  const troubledBy = async (url: string, deadlineMilliseconds = 60_000, limits = PATIENT) => {
    credentialsFor({ ...keys, AWS_ENDPOINT_URL: url });
    const { sources } = await readSavedCase(path.join(SCENARIOS_FOLDER, BY_GATES));
    const settings = { ...sources.settings, deadlineMilliseconds };
    const { verdict, notChecked } = await diagnosed(BY_GATES, { settings, aws: createAwsReader(limits) });
    expect(verdict).toMatchObject({ reason: 'TargetResponseCodeMismatch', confidence: 'High' });
    // Hops, which are not asked here, are told by whichever check wants them first.
    const isAboutAWS = ({ check, message }: (typeof notChecked)[number]) =>
      (check.startsWith('alb-') || check === 'waf-rule') && message !== 'Hops are not asked from here';
    const aboutAWS = notChecked.filter(isAboutAWS);
    return [...new Set(aboutAWS.map(({ reason }) => reason))];
  };

  test('ends with what the cluster tells while AWS is down', async () => {
    expect(await troubledBy('http://127.0.0.1:1')).toEqual(['Failed']);
  });

  test('ends with what the cluster tells while AWS answers with HTML', async () => {
    const page = { type: 'text/html', body: '<html><body>Maintenance</body></html>' };
    expect(await troubledBy(await serve(() => page))).toEqual(['Failed']);
  });

  test('ends with what the cluster tells before AWS answers, which takes it 30 s', async () => {
    let answered = 0;
    const slow = createServer((request, response) => {
      request.resume();
      setTimeout(() => {
        answered += 1;
        response.end();
      }, 30_000).unref();
    }).listen(0, '127.0.0.1');
    servers.push(slow);
    await new Promise((resolve) => slow.once('listening', resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    expect(await troubledBy(url, 1_000)).toEqual(['Timeout']);
    expect(answered).toBe(0);
  });

  test('ends with what the cluster tells while AWS throttles every call', async () => {
    await microburst.fail(...THROTTLES);
    expect(await troubledBy(microburst.url)).toEqual(['Throttled']);
  });

  test('ends with what the cluster tells while every call is denied', async () => {
    await microburst.fail(...DENIALS);
    expect(await troubledBy(microburst.url)).toEqual(['Forbidden']);
  });

  test('goes on without credentials, and says so once', async () => {
    credentialsFor({});
    const { verdict, notChecked } = await diagnosed('503--alb-gate-says-response-code-mismatch');
    expect(verdict).toMatchObject({ reason: 'TargetResponseCodeMismatch', culprit: { ref: 'Ingress/shop' } });
    expect(notChecked.filter(({ reason }) => reason === 'NoCredentials').length).toBe(1);
  });
});

test('a thousand probes behind ten load balancers ask AWS as often as ten do, and as slowly as it wants', {
  timeout: 60_000,
}, async () => {
  const balancing = new ElasticLoadBalancingV2Client(root());
  const firewall = new WAFV2Client(root());
  const { webACL } = seen(await createAwsReader().webACL(loadBalancerARN));
  const created = Array.from({ length: 10 }, async (_, index) => {
    const Subnets = ['subnet-1', 'subnet-2'];
    const command = new CreateLoadBalancerCommand({ Name: `edge-${index}`, Type: 'application', Subnets });
    const [balancer] = (await balancing.send(command)).LoadBalancers ?? [];
    const ResourceArn = balancer?.LoadBalancerArn ?? '';
    await firewall.send(new AssociateWebACLCommand({ WebACLArn: webACL?.ARN, ResourceArn }));
    return ResourceArn;
  });
  const reader = createAwsReader({ keepMilliseconds: 600_000 });
  const before = gateway.calls.length;
  const startedAt = performance.now();
  const probes = (await Promise.all(created)).flatMap((arn) => Array.from({ length: 100 }, () => arn));
  const looks = probes.flatMap((LoadBalancerArn) => [
    reader.loadBalancer({ loadBalancerARN: LoadBalancerArn }),
    reader.listeners({ LoadBalancerArn, LoadBalancerName: '' }),
    reader.targetGroups([targetGroupARN]),
    reader.webACL(LoadBalancerArn),
    reader.accessLog({ LoadBalancerArn, LoadBalancerName: '' }, ACCESS_LOGS),
  ]);
  expect((await Promise.all(looks)).filter(({ ok }) => !ok)).toEqual([]);
  const calls = Map.groupBy(gateway.calls.slice(before), (operation) => operation);
  const counts = Object.fromEntries([...calls].map(([operation, all]) => [operation, all.length]));
  expect(counts).toEqual({
    DescribeLoadBalancers: 10,
    DescribeLoadBalancerAttributes: 10,
    DescribeListeners: 10,
    DescribeTargetGroups: 1,
    DescribeTargetHealth: 1,
    GetWebACLForResource: 10,
    GetLoggingConfiguration: 10,
    GET: expect.toSatisfy((listings: number) => listings >= 10 && listings <= 20),
  });
  // AWS lets an account ask for the web ACL of a resource once a second.
  expect(performance.now() - startedAt).toBeGreaterThan(8_500);
});
