import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssociateWebACLCommand, CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { WebACL } from '../../src/diagnosis/model/aws.ts';
import type { Lookup } from '../../src/diagnosis/model/lookup.ts';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import type { AwsReader } from '../../src/evidence/aws/reader.ts';
import { readDump } from '../../src/evidence/cluster/dump.ts';
import { createObjectsReader } from '../../src/evidence/cluster/objects.ts';
import { readSavedCase } from '../../src/evidence/saved-case.ts';
import type { Sources } from '../../src/evidence/slot-context.ts';
import {
  type RecordedAnswer,
  startMicroburst,
  startMinistack,
  startRecordedAnswers,
} from './aws-emulators.ts';
import { judgeScenario, SCENARIOS_FOLDER } from './scenarios.ts';

export const REGION = 'eu-central-1';
const POLICY_FILE = path.join(import.meta.dirname, '..', '..', 'deploy', 'iam', 'read-only-policy.json');
export const USER_AGENT = 'statusprobe/0.1.0 (+demo/shop)';
export const JSON_TYPE = 'application/x-amz-json-1.1';

export interface Statement {
  readonly Action: readonly string[];
}
interface Policy {
  readonly Statement: readonly Statement[];
}

export const policy = JSON.parse(readFileSync(POLICY_FILE, 'utf8')) as Policy;
export const allowed = policy.Statement.flatMap(({ Action }) => Action);

/** The policy as it is shipped, but for one action. */
export const without = (action: string): Policy => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((each) => each !== action),
  })).filter(({ Action }) => Action.length > 0),
});

export const accessLogLine = (time: Date, status: number, target: string): string =>
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

export const LOGGING: RecordedAnswer = {
  type: JSON_TYPE,
  body: JSON.stringify({
    LoggingConfiguration: {
      ResourceArn: 'arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/edge/1',
      LogDestinationConfigs: ['arn:aws:logs:eu-central-1:000000000000:log-group:aws-waf-logs-edge:*'],
    },
  }),
};

export const health = (
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

export const listenerCertificates = (...arns: string[]): RecordedAnswer => ({
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
export const THROTTLES = [
  { service: 'elbv2', error: { code: 'Throttling', status: 400, message: 'Rate exceeded' } },
  { service: 'wafv2', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'logs', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'acm', error: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' } },
  { service: 'ec2', error: { code: 'RequestLimitExceeded', status: 503 } },
  { service: 's3', error: { code: 'SlowDown', status: 503 } },
];

/** As each service says that it is not allowed. */
export const DENIALS = [
  { service: 'elbv2', error: { code: 'AccessDenied', status: 403 } },
  { service: 'wafv2', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'logs', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'acm', error: { code: 'AccessDeniedException', status: 400 } },
  { service: 'ec2', error: { code: 'UnauthorizedOperation', status: 403 } },
  { service: 's3', error: { code: 'AccessDenied', status: 403 } },
];

export const recorded = new Map<string, RecordedAnswer>();
let ministack: Awaited<ReturnType<typeof startMinistack>>;
export let gateway: Awaited<ReturnType<typeof startRecordedAnswers>>;
export let microburst: Awaited<ReturnType<typeof startMicroburst>>;
export let iam: IAMClient;
export let loadBalancerARN: string;
export let targetGroupARN: string;
export let listenerARN: string;
export let certificateARN: string;
/** Of a network interface that is in the group of Pods. */
export let address: string;
export let groupIDs: { readonly balancer: string; readonly pods: string };
export let keys: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
const saved = { ...process.env };
export const folder = mkdtempSync(path.join(tmpdir(), 'statusprobe-aws-'));

export const credentialsFor = (environment: NodeJS.ProcessEnv): void => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ENDPOINT_URL: gateway.url,
    ...environment,
  });
};

export const setPolicy = (document: Policy): Promise<unknown> =>
  iam.send(
    new PutUserPolicyCommand({
      UserName: 'statusprobe',
      PolicyName: 'read-only',
      PolicyDocument: JSON.stringify(document),
    }),
  );

export const root = () => ({
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

export const ACCESS_LOGS = { bucket: 'shop-logs', prefix: 'edge' };

const stamp = (time: Date): string =>
  time
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .replace(/\d\dZ$/, 'Z');

export const WAF_LOG = { logGroupName: 'aws-waf-logs-edge', logStreamName: `${REGION}_edge_0` };

export const logBlocked = (userAgent: string, timestamp = Date.now()): Promise<unknown> =>
  new CloudWatchLogsClient(root()).send(
    new PutLogEventsCommand({
      ...WAF_LOG,
      logEvents: [{ timestamp, message: wafRecord(timestamp, userAgent) }],
    }),
  );

/** An object of the access log of a load balancer, which is named by its ARN's last part. */
export function putAccessLog(
  prefix: string,
  Body: Buffer,
  unique = 'a1',
  arn = loadBalancerARN,
): Promise<unknown> {
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

export const seen = <T>(lookup: Lookup<T>): T => {
  if (!lookup.ok) throw new Error(`${lookup.reason}: ${lookup.message}`);
  return lookup.value;
};

export const ACL: WebACL = {
  Name: 'edge',
  Id: '1',
  ARN: `arn:aws:wafv2:${REGION}:000000000000:regional/webacl/edge/1`,
  Rules: [{ Name: 'no-bots', VisibilityConfig: { MetricName: 'noBots', SampledRequestsEnabled: true } }],
};
export const LOAD_BALANCER = () => ({
  LoadBalancerArn: loadBalancerARN,
  LoadBalancerName: 'edge',
  SecurityGroups: [groupIDs.balancer],
});

/** Every look that there is, each on its own feet. */
export const everyLook = (reader: AwsReader): Readonly<Record<string, () => Promise<Lookup<unknown>>>> => ({
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
export async function failures(reader: AwsReader | (() => AwsReader)): Promise<Failures> {
  const own = () => everyLook(typeof reader === 'function' ? reader() : reader);
  const looks = Object.keys(own()).map(async (name) => [name, await own()[name]?.()] as const);
  const failed = (await Promise.all(looks)).flatMap(([name, look]) =>
    look === undefined || look.ok ? [] : [[name, { reason: look.reason, message: look.message }] as const],
  );
  return Object.fromEntries(failed);
}

/** A scenario's cluster and observation, with the emulator in the place of its saved answers. */
export async function diagnosed(
  scenario: string,
  { aws = createAwsReader(), ...more }: Partial<Sources> = {},
) {
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
export const PATIENT = { callMilliseconds: 60_000, requestMilliseconds: 60_000 };

/** What fails while the proxy lets calls fail by these rules. */
export const failuresUnder = async (rules: readonly object[], environment: NodeJS.ProcessEnv = keys) => {
  await microburst.fail(...rules);
  credentialsFor({ ...environment, AWS_ENDPOINT_URL: microburst.url });
  // Whoever is throttled asks more slowly from then on: no look is to wait for the others.
  return failures(() => createAwsReader(PATIENT));
};

export const servers: Server[] = [];

/** A server in the place of AWS; `undefined`: it never answers. */
export async function serve(
  answer: (request: IncomingMessage) => RecordedAnswer | undefined,
): Promise<string> {
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

/** Sets the account up for the tests of a file, and AWS_… in the environment for each test. */
export function useAwsAccount(): void {
  beforeAll(async () => {
    ministack = await startMinistack();
    gateway = await startRecordedAnswers(ministack.port, recorded);
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
  });

  beforeEach(() => {
    recorded.clear();
    recorded.set('GetSampledRequests', SAMPLES);
    recorded.set('GetLoggingConfiguration', LOGGING);
    recorded.set('DescribeListenerCertificates', listenerCertificates(certificateARN));
    credentialsFor(keys);
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  afterAll(async () => {
    await gateway?.stop();
    await ministack?.stop();
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, saved);
    rmSync(folder, { recursive: true });
  });
}

/** Starts the proxy before the emulator; after `useAwsAccount`. */
export function useMicroburst(): void {
  beforeAll(async () => {
    microburst = await startMicroburst(gateway.url);
    credentialsFor(keys);
    // It reads the model of each service when it is first asked for it, which takes seconds.
    await failuresUnder(DENIALS);
  });

  afterAll(() => microburst?.stop());
}
