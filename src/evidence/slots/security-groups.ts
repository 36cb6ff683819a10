import type { TargetGroup } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { TIMED_OUT } from '../../diagnosis/topology/alb-targets.ts';
import type { SlotReader } from '../slot-context.ts';
import { awsOf } from './load-balancer.ts';

/** Targets from which the load balancer hears nothing: those that refuse are reached. */
const silentTargets = (groups: readonly TargetGroup[]): readonly string[] =>
  groups
    .flatMap(({ TargetHealthDescriptions }) => TargetHealthDescriptions)
    .filter(({ TargetHealth }) => TargetHealth?.Reason === TIMED_OUT)
    .map(({ Target }) => Target.Id);

export const readSecurityGroups: SlotReader<'securityGroups'> = async (context) => {
  const [known, groups] = await Promise.all([context.slot('loadBalancer'), context.slot('targetGroups')]);
  if (!known.ok) return known;
  if (!groups.ok) return groups;
  const { loadBalancer } = known.value;
  const targets = [...new Set(silentTargets(groups.value))].sort();
  if (targets.length === 0 || (loadBalancer.SecurityGroups ?? []).length === 0) return NOT_APPLICABLE;
  const aws = awsOf(context);
  return aws.ok ? aws.value.securityGroups(loadBalancer, targets) : aws;
};
