import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateNetworkInterfaceCommand, CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssociateWebACLCommand, CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import type { WebACL } from '../../src/diagnosis/model/aws.ts';
import type { Lookup } from '../../src/diagnosis/model/lookup.ts';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import { createLogLooks } from '../../src/evidence/aws/log-looks.ts';
import type { AwsReader } from '../../src/evidence/aws/reader.ts';
import { readDump } from '../../src/evidence/cluster/dump.ts';
import { createObjectsReader } from '../../src/evidence/cluster/objects.ts';
import { readSavedCase } from '../../src/evidence/saved-case.ts';
import type { Sources } from '../../src/evidence/slot-context.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import {
  type RecordedAnswer,
  startMicroburst,
  startMinistack,
  startRecordedAnswers,
} from '../support/aws-emulators.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';
import { judgeScenario, SCENARIOS_FOLDER } from '../support/scenarios.ts';

const REGION = 'eu-central-1';
const POLICY_FILE = path.join(import.meta.dirname, '..', '..', 'deploy', 'iam', 'read-only-policy.json');
const USER_AGENT = 'statusprobe/0.1.0 (+demo/shop)';
const JSON_TYPE = 'application/x-amz-json-1.1';

interface Statement {
  readonly Action: readonly string[];
}
interface Policy {
  readonly Statement: readonly Statement[];
}

const policy = JSON.parse(readFileSync(POLICY_FILE, 'utf8')) as Policy;
const allowed = policy.Statement.flatMap(({ Action }) => Action);

/** The policy as it is shipped, but for one action. */
const without = (action: string): Policy => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((each) => each !== action),
  })).filter(({ Action }) => Action.length > 0),
});

const accessLogLine = (time: Date, status: number, target: string): string =>
  [
    `http ${time.toISOString()} app/edge/0123456789abcdef 192.0.2.1:40000 10.1.0.11:8080 0.000 0.001 0.000`,
    `${status} ${target} 120 240 "GET http://shop.example.com:80/?token=abc HTTP/1.1" "${USER_AGENT}" - -`,
    'arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/shop/0 "Root=1-6955b900-abcdef012345678912345678"',
    '"-" "-" 1 2026-01-01T00:00:00.000000Z "waf,forward" "-" "-" "10.1.0.11:8080" "-" "-" "-" TID_1 "-" "-" "-" 10.0.0.1',
  ].join(' ');

const wafRecord = (timestamp: number, userAgent = USER_AGENT): string =>
  JSON.stringify({
    timestamp,
    formatVersion: 1,
    webaclId: 'arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/edge/1',
    terminatingRuleId: 'no-bots',
    terminatingRuleType: 'REGULAR',
    action: 'BLOCK',
    terminatingRuleMatchDetails: [{ conditionType: 'XSS', location: 'HEADER', matchedData: ['secret'] }],
    httpSourceName: 'ALB',
    ruleGroupList: [],
    rateBasedRuleList: [],
    httpRequest: {
      clientIp: '192.0.2.1',
      uri: '/',
      args: 'token=abc',
      httpMethod: 'GET',
      requestId: '1-6955b900-abcdef012345678912345678',
      headers: [{ name: 'User-Agent', value: userAgent }],
    },
  });

const SAMPLES: RecordedAnswer = {
  type: JSON_TYPE,
  body: JSON.stringify({
    PopulationSize: 1,
    SampledRequests: [
      {
        Action: 'CAPTCHA',
        ResponseCodeSent: 405,
        Timestamp: 1767225600,
        Weight: 1,
        Request: {
          ClientIP: '192.0.2.1',
          Method: 'GET',
          URI: '/',
          HTTPVersion: 'HTTP/1.1',
          Headers: [{ Name: 'user-agent', Value: USER_AGENT }],
        },
      },
      {
        Action: 'BLOCK',
        Timestamp: 1767225600,
        Weight: 1,
        Request: { Headers: [], Method: 'GET', URI: '/' },
      },
    ],
  }),
};

const LOGGING: RecordedAnswer = {
  type: JSON_TYPE,
  body: JSON.stringify({
    LoggingConfiguration: {
      ResourceArn: 'arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/edge/1',
      LogDestinationConfigs: ['arn:aws:logs:eu-central-1:000000000000:log-group:aws-waf-logs-edge:*'],
    },
  }),
};

const health = (
  state: string,
  reason: string,
  description: string,
  target = '10.1.0.11',
): RecordedAnswer => ({
  type: 'text/xml',
  body: `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">
  <DescribeTargetHealthResult><TargetHealthDescriptions><member>
    <HealthCheckPort>8080</HealthCheckPort>
    <TargetHealth><State>${state}</State><Reason>${reason}</Reason><Description>${description}</Description></TargetHealth>
    <Target><Id>${target}</Id><Port>8080</Port></Target>
  </member></TargetHealthDescriptions></DescribeTargetHealthResult>
  <ResponseMetadata><RequestId>c534f810-f389-11e5-9192-3fff33344cfa</RequestId></ResponseMetadata>
</DescribeTargetHealthResponse>`,
});

const listenerCertificates = (...arns: string[]): RecordedAnswer => ({
  type: 'text/xml',
  body: `<DescribeListenerCertificatesResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">
  <DescribeListenerCertificatesResult><Certificates>
    <member><CertificateArn>${arns[0]}</CertificateArn><IsDefault>true</IsDefault></member>
    ${arns.map((arn) => `<member><CertificateArn>${arn}</CertificateArn><IsDefault>false</IsDefault></member>`).join('')}
  </Certificates></DescribeListenerCertificatesResult>
  <ResponseMetadata><RequestId>c534f810-f389-11e5-9192-3fff33344cfa</RequestId></ResponseMetadata>
</DescribeListenerCertificatesResponse>`,
});

/** As each service says that it is asked too often. */
const THROTTLES = [
  { service: 'elbv2', error: { code: 'Throttling', status: 400, message: 'Rate exceeded' } },
  { service: 'wafv2', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'logs', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'acm', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'ec2', error: { code: 'RequestLimitExceeded', status: 503 } },
  { service: 's3', error: { code: 'SlowDown', status: 503 } },
];

/** As each service says that it is not allowed. */
const DENIALS = [
  { service: 'elbv2', error: { code: 'AccessDenied', status: 403 } },
  { service: 'wafv2', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'logs', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'acm', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'ec2', error: { code: 'UnauthorizedOperation', status: 403 } },
  { service: 's3', error: { code: 'AccessDenied', status: 403 } },
];

const recorded = new Map<string, RecordedAnswer>();
let ministack: Awaited<ReturnType<typeof startMinistack>>;
let gateway: Awaited<ReturnType<typeof startRecordedAnswers>>;
let microburst: Awaited<ReturnType<typeof startMicroburst>>;
let iam: IAMClient;
let loadBalancerARN: string;
let targetGroupARN: string;
let listenerARN: string;
let certificateARN: string;
/** Of a network interface that is in the group of Pods. */
let address: string;
let groupIDs: { readonly balancer: string; readonly pods: string };
let keys: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
const saved = { ...process.env };
const folder = mkdtempSync(path.join(tmpdir(), 'statusprobe-aws-'));

const credentialsFor = (environment: NodeJS.ProcessEnv): void => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ENDPOINT_URL: gateway.url,
    ...environment,
  });
};

const setPolicy = (document: Policy): Promise<unknown> =>
  iam.send(
    new PutUserPolicyCommand({
      UserName: 'statusprobe',
      PolicyName: 'read-only',
      PolicyDocument: JSON.stringify(document),
    }),
  );

const root = () => ({
  region: REGION,
  endpoint: ministack.url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** Security groups of a load balancer and of Pods, neither of which knows the other. */
async function createNetwork(): Promise<void> {
  const network = new EC2Client(root());
  const create = async (GroupName: string): Promise<string> => {
    const command = new CreateSecurityGroupCommand({ GroupName, Description: GroupName });
    return (await network.send(command)).GroupId ?? '';
  };
  groupIDs = { balancer: await create('balancer'), pods: await create('pods') };
  const attached = new CreateNetworkInterfaceCommand({ SubnetId: 'subnet-1', Groups: [groupIDs.pods] });
  address = (await network.send(attached)).NetworkInterface?.PrivateIpAddress ?? '';
  const certificates = new ACMClient(root());
  const requested = await certificates.send(new RequestCertificateCommand({ DomainName: '*.example.com' }));
  certificateARN = requested.CertificateArn ?? '';
}

const s3Client = () => new S3Client({ ...root(), forcePathStyle: true });

const ACCESS_LOGS = { bucket: 'shop-logs', prefix: 'edge' };

const stamp = (time: Date): string =>
  time
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .replace(/\d\dZ$/, 'Z');

const WAF_LOG = { logGroupName: 'aws-waf-logs-edge', logStreamName: `${REGION}_edge_0` };

const logBlocked = (userAgent: string, timestamp = Date.now()): Promise<unknown> =>
  new CloudWatchLogsClient(root()).send(
    new PutLogEventsCommand({
      ...WAF_LOG,
      logEvents: [{ timestamp, message: wafRecord(timestamp, userAgent) }],
    }),
  );

/** An object of the access log of a load balancer, which is named by its ARN's last part. */
function putAccessLog(prefix: string, Body: Buffer, unique = 'a1', arn = loadBalancerARN): Promise<unknown> {
  const [, , , , account = ''] = loadBalancerARN.split(':');
  const now = new Date();
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
  const name = arn.split('loadbalancer/')[1]?.replaceAll('/', '.');
  const folder = `${prefix}/AWSLogs/${account}/elasticloadbalancing/${REGION}/${day}`;
  const Key = `${folder}/${account}_elasticloadbalancing_${REGION}_${name}_${stamp(now)}_10.0.0.1_${unique}.log.gz`;
  return s3Client().send(new PutObjectCommand({ Bucket: ACCESS_LOGS.bucket, Key, Body }));
}

async function createLogs(): Promise<void> {
  const now = new Date();
  const s3 = s3Client();
  await s3.send(new CreateBucketCommand({ Bucket: ACCESS_LOGS.bucket }));
  const whole = gzipSync(
    [
      accessLogLine(now, 502, '-'),
      'garbage',
      `${'x'.repeat(200_000)} statusprobe/`,
      accessLogLine(now, 500, '500').replace(USER_AGENT, 'curl/8'),
      `${accessLogLine(now, 500, '500')} one two three`,
      '',
    ].join('\n'),
  );
  const cut = gzipSync(Array.from({ length: 2000 }, () => accessLogLine(now, 504, '-')).join('\n'));
  await putAccessLog(ACCESS_LOGS.prefix, whole);
  await putAccessLog(ACCESS_LOGS.prefix, cut.subarray(0, cut.length - 20), 'b2');
  await putAccessLog(ACCESS_LOGS.prefix, whole, 'c3', 'loadbalancer/app/other/0');
  const [, , , , account = ''] = loadBalancerARN.split(':');
  const [date, hour] = [now.toISOString().slice(0, 10).replaceAll('-', '/'), now.toISOString().slice(11, 13)];
  await s3.send(
    new PutObjectCommand({
      Bucket: ACCESS_LOGS.bucket,
      Key: `edge/AWSLogs/${account}/WAFLogs/${REGION}/edge/${date}/${hour}/${now.toISOString().slice(14, 16)}/x.log.gz`,
      Body: gzipSync(`${wafRecord(now.getTime())}\n{"half": \n[]\nnull\n`),
    }),
  );
  const logs = new CloudWatchLogsClient(root());
  await logs.send(new CreateLogGroupCommand(WAF_LOG));
  await logs.send(new CreateLogStreamCommand(WAF_LOG));
  await logBlocked(USER_AGENT, now.getTime());
  await logBlocked('curl/8', now.getTime());
}

beforeAll(async () => {
  ministack = await startMinistack();
  gateway = await startRecordedAnswers(ministack.port, recorded);
  microburst = await startMicroburst(gateway.url);
  await createNetwork();
  const balancing = new ElasticLoadBalancingV2Client(root());
  const created = await balancing.send(
    new CreateLoadBalancerCommand({
      Name: 'edge',
      Type: 'application',
      Scheme: 'internet-facing',
      Subnets: ['subnet-1', 'subnet-2'],
      SecurityGroups: [groupIDs.balancer],
    }),
  );
  const [balancer] = created.LoadBalancers ?? [];
  loadBalancerARN = balancer?.LoadBalancerArn ?? '';
  const groups = await balancing.send(
    new CreateTargetGroupCommand({
      Name: 'shop',
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: 'vpc-1',
      TargetType: 'ip',
    }),
  );
  targetGroupARN = groups.TargetGroups?.[0]?.TargetGroupArn ?? '';
  await balancing.send(
    new RegisterTargetsCommand({
      TargetGroupArn: targetGroupARN,
      Targets: [{ Id: '10.1.0.11', Port: 8080 }],
    }),
  );
  const listeners = await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerARN,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupARN }],
    }),
  );
  listenerARN = listeners.Listeners?.[0]?.ListenerArn ?? '';
  await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerARN,
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificateARN }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupARN }],
    }),
  );
  await balancing.send(
    new CreateRuleCommand({
      ListenerArn: listenerARN,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }],
      Actions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '503', MessageBody: 'Backend service does not exist' },
        },
      ],
    }),
  );
  const firewall = new WAFV2Client(root());
  const visibility = (name: string) => ({
    MetricName: name,
    SampledRequestsEnabled: true,
    CloudWatchMetricsEnabled: true,
  });
  const acl = await firewall.send(
    new CreateWebACLCommand({
      Name: 'edge',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: visibility('edge'),
      Rules: [
        {
          Name: 'no-bots',
          Priority: 0,
          Action: { Block: {} },
          Statement: { GeoMatchStatement: { CountryCodes: ['AQ'] } },
          VisibilityConfig: visibility('noBots'),
        },
      ],
    }),
  );
  await firewall.send(
    new AssociateWebACLCommand({ WebACLArn: acl.Summary?.ARN, ResourceArn: loadBalancerARN }),
  );
  await createLogs();
  iam = new IAMClient(root());
  await iam.send(new CreateUserCommand({ UserName: 'statusprobe' }));
  await setPolicy(policy);
  const key = await iam.send(new CreateAccessKeyCommand({ UserName: 'statusprobe' }));
  keys = {
    AWS_ACCESS_KEY_ID: key.AccessKey?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: key.AccessKey?.SecretAccessKey ?? '',
  };
  // The proxy reads the model of each service when it is first asked for it, which takes seconds.
  await failuresUnder(DENIALS);
});

beforeEach(() => {
  recorded.clear();
  recorded.set('GetSampledRequests', SAMPLES);
  recorded.set('GetLoggingConfiguration', LOGGING);
  recorded.set('DescribeListenerCertificates', listenerCertificates(certificateARN));
  credentialsFor(keys);
});

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

afterAll(async () => {
  await microburst?.stop();
  await gateway?.stop();
  await ministack?.stop();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, saved);
  rmSync(folder, { recursive: true });
});

const seen = <T>(lookup: Lookup<T>): T => {
  if (!lookup.ok) throw new Error(`${lookup.reason}: ${lookup.message}`);
  return lookup.value;
};

const ACL: WebACL = {
  Name: 'edge',
  Id: '1',
  ARN: `arn:aws:wafv2:${REGION}:000000000000:regional/webacl/edge/1`,
  Rules: [{ Name: 'no-bots', VisibilityConfig: { MetricName: 'noBots', SampledRequestsEnabled: true } }],
};
const LOAD_BALANCER = () => ({
  LoadBalancerArn: loadBalancerARN,
  LoadBalancerName: 'edge',
  SecurityGroups: [groupIDs.balancer],
});

/** Every look that there is, each on its own feet. */
const everyLook = (reader: AwsReader): Readonly<Record<string, () => Promise<Lookup<unknown>>>> => ({
  loadBalancer: () => reader.loadBalancer({ targetGroupARN, dnsName: 'unknown' }),
  listeners: () => reader.listeners(LOAD_BALANCER()),
  targetGroups: () => reader.targetGroups([targetGroupARN]),
  certificates: () => reader.certificates(listenerARN),
  securityGroups: () => reader.securityGroups(LOAD_BALANCER(), [address]),
  webACL: () => reader.webACL(loadBalancerARN),
  wafLog: () => reader.wafLog(ACL, { logGroupName: 'aws-waf-logs-edge' }),
  wafSamples: () => reader.wafSamples(ACL),
  accessLog: () => reader.accessLog(LOAD_BALANCER(), ACCESS_LOGS),
});

type Failures = Readonly<Record<string, { readonly reason: string; readonly message: string }>>;

/** Which looks fail; with a function, each look has a reader of its own. */
async function failures(reader: AwsReader | (() => AwsReader)): Promise<Failures> {
  const own = () => everyLook(typeof reader === 'function' ? reader() : reader);
  const looks = Object.keys(own()).map(async (name) => [name, await own()[name]?.()] as const);
  const failed = (await Promise.all(looks)).flatMap(([name, look]) =>
    look === undefined || look.ok ? [] : [[name, { reason: look.reason, message: look.message }] as const],
  );
  return Object.fromEntries(failed);
}

/** A scenario's cluster and observation, with the emulator in the place of its saved answers. */
async function diagnosed(scenario: string, { aws = createAwsReader(), ...more }: Partial<Sources> = {}) {
  const folder = path.join(SCENARIOS_FOLDER, scenario);
  const objects = (await readDump(folder)).map((object) =>
    object.kind === 'TargetGroupBinding'
      ? {
          ...object,
          spec: { targetGroupARN, targetType: 'ip', serviceRef: { name: 'shop', port: 'http' } },
        }
      : object,
  );
  const saved = await readSavedCase(folder);
  const sources = { ...saved.sources, reader: createObjectsReader(objects), aws, ...more };
  return judgeScenario({ ...saved, sources });
}

/** For what must come, however busy the machine is. */
const PATIENT = { callMilliseconds: 60_000, requestMilliseconds: 60_000 };

/** What fails while the proxy lets calls fail by these rules. */
const failuresUnder = async (rules: readonly object[], environment: NodeJS.ProcessEnv = keys) => {
  await microburst.fail(...rules);
  credentialsFor({ ...environment, AWS_ENDPOINT_URL: microburst.url });
  // Whoever is throttled asks more slowly from then on: no look is to wait for the others.
  return failures(() => createAwsReader(PATIENT));
};

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

describe('permissions', { timeout: 60_000 }, () => {
  const TLS = 'tls--alb-has-no-certificate-for-the-host';

  /** What a diagnosis could not look at that goes for every log and for samples too: none of its requests is in a log. */
  const notCheckedOf = async (scenario: string): Promise<readonly string[]> => {
    const { sources } = await readSavedCase(path.join(SCENARIOS_FOLDER, scenario));
    const options = { accessLogs: ACCESS_LOGS, wafLogs: { logGroupName: WAF_LOG.logGroupName } };
    const settings = { ...sources.settings, aws: { options, allowed: ['*'] } };
    const probe = { ...sources.probe, name: 'not-in-the-logs' };
    const { notChecked } = await diagnosed(scenario, { settings, probe });
    return notChecked.map(({ message = '' }) => message);
  };

  test('the policy that is shipped suffices', async () => {
    expect(await failures(createAwsReader())).toEqual({});
  });

  /** Actions that no call of the looks above has as its own name, or that this emulator does not judge. */
  const elsewhere = ['elasticloadbalancing:GetLoadBalancerWebACL', 'wafv2:GetWebACL'];

  test.each(allowed.filter((action) => !elsewhere.includes(action)))(
    'without %s, notChecked names who may not what, and the statement to add',
    async (action) => {
      recorded.set(
        'DescribeTargetHealth',
        health('unhealthy', 'Target.Timeout', 'Request timed out', address),
      );
      await setPolicy(without(action));
      const messages = [...(await notCheckedOf('504--alb-target-times-out')), ...(await notCheckedOf(TLS))];
      await setPolicy(policy);
      const said = `arn:aws:iam::000000000000:user/statusprobe may not call ${action}: add {"Effect":"Allow","Action":"${action}","Resource":"`;
      expect(messages.filter((message) => message.startsWith(said))).not.toEqual([]);
    },
  );

  test('with the policy that is shipped, nothing of AWS is left unlooked at', async () => {
    recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out', address));
    const messages = [...(await notCheckedOf('504--alb-target-times-out')), ...(await notCheckedOf(TLS))];
    expect(messages.filter((message) => /aws|allow/i.test(message))).toEqual([]);
  });

  test('without wafv2:GetWebACL, a web ACL that a probe names', async () => {
    await setPolicy(without('wafv2:GetWebACL'));
    const look = await createAwsReader().webACL(loadBalancerARN, ACL.ARN);
    await setPolicy(policy);
    expect(look).toMatchObject({
      ok: false,
      reason: 'Forbidden',
      message: expect.stringContaining('wafv2:GetWebACL'),
    });
  });
});

describe('credentials', () => {
  test('none', async () => {
    credentialsFor({});
    expect(await createAwsReader().listeners(LOAD_BALANCER())).toEqual({
      ok: false,
      reason: 'NoCredentials',
      message: 'No AWS credentials: give the ServiceAccount a role by IRSA or EKS Pod Identity',
    });
  });

  test('that AWS does not know', async () => {
    credentialsFor({ AWS_ACCESS_KEY_ID: 'AKIAUNKNOWNUNKNOWN00', AWS_SECRET_ACCESS_KEY: 'x' });
    const look = await createAwsReader().listeners(LOAD_BALANCER());
    expect(look).toMatchObject({ ok: false, reason: 'NoCredentials' });
  });

  test('no region', async () => {
    const look = await createAwsReader().loadBalancer({ dnsName: 'edge.example.com' });
    expect(look).toMatchObject({
      ok: false,
      reason: 'NotConfigured',
      message: expect.stringContaining('AWS_REGION'),
    });
  });

  test('of IRSA, and the sentence for a role that trusts another ServiceAccount', async () => {
    const subject = 'system:serviceaccount:statusprobe:statusprobe';
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/oidc.test' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'oidc.test:sub': subject, 'oidc.test:aud': 'sts.amazonaws.com' } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName: 'irsa', AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(policy);
    await iam.send(new PutRolePolicyCommand({ RoleName: 'irsa', PolicyName: 'read-only', PolicyDocument }));
    const token = path.join(folder, 'token');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ask = (sub: string) => {
      const claims = { sub, aud: 'sts.amazonaws.com', iss: 'https://oidc.test' };
      writeFileSync(token, `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}`);
      const role = {
        AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/irsa',
        AWS_WEB_IDENTITY_TOKEN_FILE: token,
      };
      credentialsFor({ AWS_REGION: REGION, ...role });
      return createAwsReader().listeners(LOAD_BALANCER());
    };
    expect(seen(await ask(subject)).length).toBe(1);
    expect(await ask('system:serviceaccount:default:default')).toMatchObject({
      reason: 'NoCredentials',
      message: expect.stringContaining('does not trust this ServiceAccount'),
    });
  });

  test('of EKS Pod Identity', async () => {
    const asked: (string | undefined)[] = [];
    const agent = await serve((request) => {
      asked.push(request.headers.authorization);
      return {
        type: 'application/json',
        body: JSON.stringify({
          AccessKeyId: keys.AWS_ACCESS_KEY_ID,
          SecretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
          Token: '',
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        }),
      };
    });
    const token = path.join(folder, 'pod-identity');
    writeFileSync(token, 'of-the-pod');
    credentialsFor({
      AWS_REGION: REGION,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    });
    expect((await createAwsReader().listeners(LOAD_BALANCER())).ok).toBe(true);
    expect(asked).toEqual(['of-the-pod']);
  });
});

/** A server in the place of AWS; `undefined`: it never answers. */
async function serve(answer: (request: IncomingMessage) => RecordedAnswer | undefined): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const said = answer(request);
    if (said !== undefined)
      response.writeHead(said.status ?? 200, { 'content-type': said.type }).end(said.body);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

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
    const line = accessLogLine(new Date(began.getTime() + 1000), 502, '-');
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
    const aboutAWS = notChecked.filter(({ check }) => check.startsWith('alb-') || check === 'waf-rule');
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

const isSkipped = isLeftOut('the operator on a real API server, with AWS in an emulator', whyNoApiServer());

describe.skipIf(isSkipped)('the operator on a real API server, with AWS in an emulator', () => {
  const PAGE = (title: string) =>
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  const bindings = (group: string, version: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `targetgroupbindings.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'targetgroupbindings', singular: 'targetgroupbinding', kind: 'TargetGroupBinding' },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
  let server: ApiServer;
  let operator: OperatorProcess;
  let port: number;

  const kubectl = async (...command: string[]): Promise<string> => {
    const { succeeded, stdout, stderr } = await server.kubectl(...command);
    if (!succeeded) throw new Error(`kubectl ${command.join(' ')}: ${stderr}`);
    return stdout;
  };

  const apply = async (...objects: readonly object[]): Promise<void> => {
    const file = path.join(folder, `${crypto.randomUUID()}.yaml`);
    writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
    await kubectl('apply', '-f', file);
  };

  const probeOf = (name: string, asked: string) => ({
    apiVersion: 'statusprobe.dev/v1alpha1',
    kind: 'StatusProbe',
    metadata: { namespace: 'demo', name },
    spec: {
      interval: '1s',
      timeout: '1s',
      target: { url: `http://shop.example.com/${asked}` },
      request: { connectTo: { host: '127.0.0.1', port } },
    },
  });

  const verdictOf = async (name: string, reason: string): Promise<StatusProbeStatus['verdict']> =>
    vi.waitFor(
      async () => {
        const stored = JSON.parse(await kubectl('-n', 'demo', 'get', 'statusprobe', name, '-o', 'json'));
        expect(stored.status.verdict.reason, JSON.stringify(stored.status)).toBe(reason);
        return stored.status.verdict;
      },
      { timeout: 50_000, interval: 300 },
    );

  beforeAll(async () => {
    credentialsFor(keys);
    recorded.set('GetLoggingConfiguration', LOGGING);
    const balancer = createServer(async (request, response) => {
      const isBlocked = request.url === '/shop';
      if (isBlocked) await logBlocked(request.headers['user-agent'] ?? '');
      const [code, title] = isBlocked
        ? ([403, '403 Forbidden'] as const)
        : ([504, '504 Gateway Time-out'] as const);
      response.writeHead(code, { server: 'awselb/2.0', 'content-type': 'text/html' }).end(PAGE(title));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => balancer.once('listening', resolve));
    loadBalancerServer = balancer;
    port = (balancer.address() as AddressInfo).port;
    server = await startApiServer();
    const root = path.join(import.meta.dirname, '..', '..');
    await kubectl('apply', '-f', path.join(root, 'crds', 'statusprobes.yaml'));
    await kubectl('apply', '-k', path.join(root, 'deploy', 'base'));
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
    await apply(bindings('elbv2.k8s.aws', 'v1beta1'), bindings('eks.amazonaws.com', 'v1'));
    await kubectl('wait', '--for=condition=Established', 'crd', '--all');
    const objects = await readDump(path.join(SCENARIOS_FOLDER, '403--waf-managed-rule-blocks'));
    const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
    const [service] = ofKind('Service');
    const [binding] = ofKind('TargetGroupBinding');
    const [ingress] = ofKind('Ingress');
    const annotations = {
      'alb.ingress.kubernetes.io/scheme': 'internet-facing',
      'alb.ingress.kubernetes.io/target-type': 'ip',
      'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80}]',
    };
    await apply(
      ...ofKind('IngressClass'),
      { ...ingress, metadata: { ...ingress?.metadata, annotations } },
      { ...service, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
      { ...binding, spec: { targetGroupARN, targetType: 'ip', serviceRef: { name: 'shop', port: 'http' } } },
    );
    const policyFile = path.join(folder, 'policy.yaml');
    writeFileSync(policyFile, stringify({ rules: [{ allowCIDRs: ['127.0.0.0/8'] }] }));
    operator = await startOperator(
      '--kubeconfig',
      server.kubeconfigPath,
      '--policy',
      policyFile,
      '--instance',
      'aws',
    );
  });

  let loadBalancerServer: Server | undefined;
  afterAll(async () => {
    await operator?.stop();
    await server?.stop();
    loadBalancerServer?.close();
  });

  beforeEach(() => {
    recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out'));
  });

  test.each(['elbv2.k8s.aws', 'eks.amazonaws.com'])(
    'the ServiceAccount of the operator may read the bindings of %s, and no more',
    async (group) => {
      const asked = `targetgroupbindings.${group}`;
      const as = '--as=system:serviceaccount:statusprobe-system:statusprobe';
      const listed = JSON.parse(await kubectl(as, '-n', 'demo', 'get', asked, '-o', 'json'));
      expect(listed.items.length).toBe(group === 'elbv2.k8s.aws' ? 1 : 0);
      const { stdout } = await server.kubectl(as, '-n', 'demo', 'auth', 'can-i', 'patch', asked);
      expect(stdout.trim()).toBe('no');
    },
  );

  test('a StatusProbe ends with the rule of AWS WAF that blocked it', async () => {
    await apply(probeOf('shop', 'shop'));
    expect(await verdictOf('shop', 'WAFRuleBlocked')).toMatchObject({
      owner: 'DevOps',
      layer: 'WAF',
      confidence: 'High',
      culprit: { ref: 'WebACL/edge', field: "Rules['no-bots']" },
    });
  });

  test('a StatusProbe ends with the unhealthy target and its reason', async () => {
    await apply(probeOf('cart', 'cart'));
    expect(await verdictOf('cart', 'TargetHealthTimeout')).toMatchObject({
      owner: 'DevOps',
      layer: 'LoadBalancer',
      culprit: { ref: 'TargetGroup/shop' },
    });
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
