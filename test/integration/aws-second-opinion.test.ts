import { CreateSecurityGroupCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  PutLoggingConfigurationCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lookup } from '../../src/diagnosis/model/lookup.ts';
import { appliedRule } from '../../src/diagnosis/topology/alb-rules.ts';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import { type Emulator, startMoto } from '../support/aws-emulators.ts';

const REGION = 'eu-central-1';
const LOGS = `arn:aws:logs:${REGION}:123456789012:log-group:aws-waf-logs-edge`;
const saved = { ...process.env };
let moto: Emulator;
let balancing: ElasticLoadBalancingV2Client;
let firewall: WAFV2Client;
let loadBalancerARN: string;
let bareARN: string;
let groups: { readonly byDefault: string; readonly byRule: string };

const first = <T>(all: readonly T[] = []): T => {
  const [one] = all;
  if (one === undefined) throw new Error('The emulator made nothing');
  return one;
};

const seen = <T>(lookup: Lookup<T>): T => {
  if (!lookup.ok) throw new Error(`${lookup.reason}: ${lookup.message}`);
  return lookup.value;
};

beforeAll(async () => {
  moto = await startMoto();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  balancing = new ElasticLoadBalancingV2Client({ region: REGION });
  firewall = new WAFV2Client({ region: REGION });
  const network = new EC2Client({ region: REGION });
  const { Subnets = [] } = await network.send(new DescribeSubnetsCommand({}));
  const [VpcId, ids] = [first(Subnets).VpcId, Subnets.slice(0, 2).flatMap(({ SubnetId }) => SubnetId ?? [])];
  const { GroupId = '' } = await network.send(
    new CreateSecurityGroupCommand({ GroupName: 'edge', Description: 'edge', VpcId }),
  );
  const balancer = async (Name: string): Promise<string> => {
    const command = new CreateLoadBalancerCommand({ Name, Subnets: ids, SecurityGroups: [GroupId] });
    return first((await balancing.send(command)).LoadBalancers).LoadBalancerArn ?? '';
  };
  [loadBalancerARN, bareARN] = [await balancer('edge'), await balancer('bare')];
  const group = async (Name: string): Promise<string> => {
    const command = new CreateTargetGroupCommand({
      Name,
      Protocol: 'HTTP',
      Port: 80,
      TargetType: 'ip',
      VpcId,
    });
    return first((await balancing.send(command)).TargetGroups).TargetGroupArn ?? '';
  };
  groups = { byDefault: await group('by-default'), byRule: await group('by-rule') };
  const registered = new RegisterTargetsCommand({
    TargetGroupArn: groups.byRule,
    Targets: [{ Id: '10.1.0.11', Port: 8080 }],
  });
  await balancing.send(registered);
  const { Listeners } = await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerARN,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: groups.byDefault }],
    }),
  );
  await balancing.send(
    new CreateRuleCommand({
      ListenerArn: first(Listeners).ListenerArn,
      Priority: 7,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }],
      Actions: [{ Type: 'forward', TargetGroupArn: groups.byRule }],
    }),
  );
});

afterAll(async () => {
  await moto?.stop();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, saved);
});

test('the load balancer of a target group that a rule alone sends to', async () => {
  const known = seen(await createAwsReader().loadBalancer({ targetGroupARN: groups.byRule }));
  expect(known.loadBalancer).toMatchObject({
    LoadBalancerArn: loadBalancerARN,
    SecurityGroups: [expect.any(String)],
  });
});

test('the rule that takes a request, and the default rule for all others', async () => {
  const listeners = await createAwsReader().listeners({
    LoadBalancerArn: loadBalancerARN,
    LoadBalancerName: 'edge',
  });
  const listener = first(seen(listeners));
  const groupFor = (asked: string) => {
    const request = {
      scheme: 'http',
      host: 'shop.example.com',
      port: 80,
      path: asked,
      method: 'GET',
    } as const;
    const applied = appliedRule(listener, request);
    const actions = applied?.rule.Actions ?? [];
    return [applied?.rule.IsDefault, actions[0]?.TargetGroupArn];
  };
  expect(groupFor('/api/cart')).toEqual([false, groups.byRule]);
  expect(groupFor('/')).toEqual([true, groups.byDefault]);
});

test('targets with their health', async () => {
  const [group] = seen(await createAwsReader().targetGroups([groups.byRule]));
  expect(group).toMatchObject({
    TargetGroupName: 'by-rule',
    TargetHealthDescriptions: [
      { Target: { Id: '10.1.0.11', Port: 8080 }, TargetHealth: { State: 'healthy' } },
    ],
  });
});

test('a web ACL without a log, with one, and none at all', async () => {
  const visibility = { MetricName: 'edge', SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true };
  const { Summary } = await firewall.send(
    new CreateWebACLCommand({
      Name: 'edge',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: visibility,
    }),
  );
  const WebACLArn = Summary?.ARN ?? '';
  await firewall.send(new AssociateWebACLCommand({ WebACLArn, ResourceArn: loadBalancerARN }));
  const webACL = expect.objectContaining({ Name: 'edge', ARN: WebACLArn });
  expect(seen(await createAwsReader().webACL(loadBalancerARN))).toEqual({ webACL, logDestinations: [] });
  const LoggingConfiguration = { ResourceArn: WebACLArn, LogDestinationConfigs: [LOGS] };
  await firewall.send(new PutLoggingConfigurationCommand({ LoggingConfiguration }));
  expect(seen(await createAwsReader().webACL(loadBalancerARN))).toEqual({ webACL, logDestinations: [LOGS] });
  expect(seen(await createAwsReader().webACL(bareARN))).toEqual({ logDestinations: [] });
});
