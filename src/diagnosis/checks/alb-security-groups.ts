import type { IpPermission, SecurityGroup } from '../model/aws.ts';
import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_TARGET_ANSWERS } from '../model/consequences.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import { healthOnRoute, type SeenGroup, TIMED_OUT } from '../topology/alb-targets.ts';
import { passes } from '../topology/security-group-rules.ts';

const blocks = {
  severity: 'Error',
  owner: 'DevOps',
  explains: GATEWAY_SYMPTOMS,
  leadsTo: [
    'TargetHealthTimeout',
    'ReadinessGateFalse',
    'TargetGroupFailsOpen',
    'ApplicationSlow',
    ...NO_TARGET_ANSWERS,
  ],
} as const;

/** A connection from the load balancer's groups to those of its targets. */
interface Connection {
  readonly port: number;
  readonly from: readonly SecurityGroup[];
  readonly to: readonly SecurityGroup[];
}

const isClosed = (
  groups: readonly SecurityGroup[],
  direction: 'IpPermissions' | 'IpPermissionsEgress',
  { port, others }: { readonly port: number; readonly others: readonly SecurityGroup[] },
): boolean => {
  const rules: readonly IpPermission[] = groups.flatMap((group) => group[direction] ?? []);
  return groups.length > 0 && others.length > 0 && passes(rules, port, others) === 'No';
};

/** Each way on which a health check got no answer, once. */
function connections(
  seen: readonly SeenGroup[],
  from: readonly SecurityGroup[],
  groupsOf: (id: string) => readonly SecurityGroup[],
): readonly Connection[] {
  const silent = seen.flatMap(({ targets }) => targets).filter(({ reason }) => reason === TIMED_OUT);
  const all = silent.flatMap(({ id = '', port }) =>
    port === undefined ? [] : [{ port, from, to: groupsOf(id) }],
  );
  return [...new Map(all.map((one) => [JSON.stringify([one.port, one.to]), one])).values()];
}

export const albSecurityGroups = defineCheck({
  id: 'alb-security-groups',
  title: 'Security groups let the load balancer reach its targets',
  layer: 'Network',
  needs: ['alb', 'securityGroups', 'loadBalancer', 'targetGroups', 'request', 'home'],
  wants: ['targetGroupBindings', 'pods'],
  reasons: {
    SecurityGroupBlocksTarget: {
      ...blocks,
      message: 'No rule of security group {group} admits {loadBalancer} to port {port} of its targets',
      fix: 'Let security group {group} admit {other} to port {port}, or set alb.ingress.kubernetes.io/manage-backend-security-group-rules to true',
      command:
        "aws ec2 authorize-security-group-ingress --group-id '{group}' --protocol tcp --port '{port}' --source-group '{other}'",
    },
    SecurityGroupBlocksLoadBalancer: {
      ...blocks,
      message: 'No rule of security group {group} lets {loadBalancer} out to port {port} of its targets',
      fix: 'Let security group {group} send to {other} on port {port}',
      command:
        "aws ec2 authorize-security-group-egress --group-id '{group}' --protocol tcp --port '{port}' --source-group '{other}'",
    },
  },
  run({ securityGroups, targetGroups, targetGroupBindings, pods, ...evidence }, report) {
    const { groups, groupsOfTarget } = securityGroups;
    const known = (ids: readonly string[] = []) => groups.filter(({ GroupId }) => ids.includes(GroupId));
    const loadBalancer = loadBalancerReference(evidence);
    const seen = healthOnRoute({
      targetGroups,
      ...(targetGroupBindings && { targetGroupBindings }),
      ...(pods && { pods }),
    });
    const own = known(evidence.loadBalancer.loadBalancer.SecurityGroups);
    return connections(seen, own, (id) => known(groupsOfTarget[id])).flatMap(({ port, from, to }) => {
      const told = ([group]: readonly SecurityGroup[], [other]: readonly SecurityGroup[]) => ({
        subject: awsReference('SecurityGroup', group?.GroupId ?? ''),
        slots: {
          group: quotable(group?.GroupId ?? ''),
          other: quotable(other?.GroupId ?? ''),
          port,
          loadBalancer: loadBalancer.ref,
        },
        evidence: [`${loadBalancer.ref} is in ${namesOf(from)}, its targets are in ${namesOf(to)}`],
      });
      return [
        ...(isClosed(to, 'IpPermissions', { port, others: from })
          ? [report('SecurityGroupBlocksTarget', told(to, from))]
          : []),
        ...(isClosed(from, 'IpPermissionsEgress', { port, others: to })
          ? [report('SecurityGroupBlocksLoadBalancer', told(from, to))]
          : []),
      ];
    });
  },
});

const namesOf = (groups: readonly SecurityGroup[]): string =>
  groups
    .map(({ GroupId, GroupName }) => [GroupId, GroupName && `(${GroupName})`].filter(Boolean).join(' '))
    .join(', ');
