import type { DescribeListenersCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  Listener,
  LoadBalancer,
  LoadBalancerEvidence,
  Rule,
  TargetGroup,
} from '../../diagnosis/model/aws.ts';
import { couldNotLook, found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { keepShape, type Shape } from '../cluster/shape.ts';
import type { Region } from './account.ts';
import { failedCall } from './failed-calls.ts';
import { pages } from './pages.ts';
import type { LoadBalancerHint } from './reader.ts';
import { LISTENER, LOAD_BALANCER, RULE, TARGET_GROUP, TARGET_HEALTH } from './shapes.ts';

const sdk = () => import('@aws-sdk/client-elastic-load-balancing-v2');

const call = (operation: string) => ({ action: `elasticloadbalancing:${operation}`, resource: '*' });

const keepAll = <T>(shape: Shape<T>, raw: readonly unknown[] | undefined): readonly T[] =>
  (raw ?? []).map((one) => keepShape(shape, one));

async function arnOf(
  { clients, call: ask }: Region,
  hint: LoadBalancerHint,
): Promise<Lookup<string | undefined>> {
  const { loadBalancerARN, targetGroupARN } = hint;
  if (loadBalancerARN !== undefined || targetGroupARN === undefined) return found(loadBalancerARN);
  const { DescribeTargetGroupsCommand } = await sdk();
  const client = await clients.loadBalancing();
  const groups = await ask(call('DescribeTargetGroups'), (options) =>
    client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupARN] }), options),
  );
  return mapLookup(groups, ({ TargetGroups }) => TargetGroups?.[0]?.LoadBalancerArns?.[0]);
}

async function described(
  { clients, call: ask }: Region,
  arn: string | undefined,
): Promise<Lookup<readonly LoadBalancer[]>> {
  const { DescribeLoadBalancersCommand } = await sdk();
  const client = await clients.loadBalancing();
  const which = arn === undefined ? {} : { LoadBalancerArns: [arn] };
  const listed = await pages((marker) =>
    ask(call('DescribeLoadBalancers'), (options) =>
      client.send(new DescribeLoadBalancersCommand({ ...which, ...marker }), options),
    ),
  );
  if (!listed.ok) return listed;
  const parts = listed.value.map(({ LoadBalancers }) => LoadBalancers);
  // An empty list is a list as well; the page of a proxy, sent with 200, has none.
  if (parts.includes(undefined)) return failedCall(call('DescribeLoadBalancers'), new SyntaxError('no list'));
  return found(parts.flatMap((part) => keepAll(LOAD_BALANCER, part)));
}

async function attributesOf({ clients, call: ask }: Region, LoadBalancerArn: string) {
  const { DescribeLoadBalancerAttributesCommand } = await sdk();
  const client = await clients.loadBalancing();
  const answer = await ask(call('DescribeLoadBalancerAttributes'), (options) =>
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }), options),
  );
  return mapLookup(answer, ({ Attributes = [] }) =>
    Object.fromEntries(Attributes.map(({ Key = '', Value = '' }) => [Key, Value])),
  );
}

/** By its target group, else by its DNS name among all of the region. */
export async function readLoadBalancer(
  region: Region,
  hint: LoadBalancerHint,
): Promise<Lookup<LoadBalancerEvidence>> {
  const arn = await arnOf(region, hint);
  if (!arn.ok) return arn;
  const listed = await described(region, arn.value);
  if (!listed.ok) return listed;
  const isMeant = ({ LoadBalancerArn, DNSName }: LoadBalancer) =>
    LoadBalancerArn === arn.value || DNSName?.toLowerCase() === hint.dnsName;
  const loadBalancer = listed.value.find(isMeant);
  if (loadBalancer === undefined) {
    const where = region.name === undefined ? '' : ` in ${region.name}`;
    return couldNotLook(
      'Failed',
      `This AWS account has no load balancer ${hint.dnsName ?? arn.value ?? ''}${where}`,
    );
  }
  const attributes = await attributesOf(region, loadBalancer.LoadBalancerArn);
  return mapLookup(attributes, (known) => ({ loadBalancer, attributes: known }));
}

async function rulesOf(
  { clients, call: ask }: Region,
  ListenerArn: string,
): Promise<Lookup<readonly Rule[]>> {
  const { DescribeRulesCommand } = await sdk();
  const client = await clients.loadBalancing();
  const listed = await pages((marker) =>
    ask(call('DescribeRules'), (options) =>
      client.send(new DescribeRulesCommand({ ListenerArn, ...marker }), options),
    ),
  );
  return mapLookup(listed, (all) => all.flatMap(({ Rules }) => keepAll(RULE, Rules)));
}

/** A Network Load Balancer's listeners have no rules. */
export async function readListeners(
  region: Region,
  { LoadBalancerArn, Type }: LoadBalancer,
): Promise<Lookup<readonly Listener[]>> {
  const { DescribeListenersCommand } = await sdk();
  const client = await region.clients.loadBalancing();
  const listed = await pages<DescribeListenersCommandOutput>((marker) =>
    region.call(call('DescribeListeners'), (options) =>
      client.send(new DescribeListenersCommand({ LoadBalancerArn, ...marker }), options),
    ),
  );
  if (!listed.ok) return listed;
  const listeners = listed.value.flatMap(({ Listeners }) => keepAll(LISTENER, Listeners));
  if (Type === 'network') return found(listeners);
  const rules = await Promise.all(listeners.map(({ ListenerArn }) => rulesOf(region, ListenerArn)));
  const failed = rules.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  return found(listeners.map((listener, index) => ({ ...listener, Rules: rulesAt(rules, index) })));
}

function rulesAt(rules: readonly Lookup<readonly Rule[]>[], index: number): readonly Rule[] {
  const look = rules[index];
  return look?.ok ? look.value : [];
}

async function healthOf({ clients, call: ask }: Region, TargetGroupArn: string) {
  const { DescribeTargetHealthCommand } = await sdk();
  const client = await clients.loadBalancing();
  const answer = await ask(call('DescribeTargetHealth'), (options) =>
    client.send(new DescribeTargetHealthCommand({ TargetGroupArn }), options),
  );
  return mapLookup(answer, ({ TargetHealthDescriptions }) =>
    keepAll(TARGET_HEALTH, TargetHealthDescriptions),
  );
}

/** As many target groups as one load balancer may have in one answer of AWS; the rest is not looked at. */
const MAXIMUM_GROUPS = 20;

export async function readTargetGroups(
  region: Region,
  arns: readonly string[],
): Promise<Lookup<readonly TargetGroup[]>> {
  const { DescribeTargetGroupsCommand } = await sdk();
  const client = await region.clients.loadBalancing();
  const answer = await region.call(call('DescribeTargetGroups'), (options) =>
    client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: arns.slice(0, MAXIMUM_GROUPS) }), options),
  );
  if (!answer.ok) return answer;
  const groups: TargetGroup[] = [];
  for (const group of keepAll(TARGET_GROUP, answer.value.TargetGroups)) {
    const health = await healthOf(region, group.TargetGroupArn);
    if (!health.ok) return health;
    groups.push({ ...group, TargetHealthDescriptions: health.value });
  }
  return found(groups);
}
