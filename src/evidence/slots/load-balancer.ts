import { parseARN } from '../../diagnosis/model/arn.ts';
import type { LoadBalancerEvidence } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import { plainHost } from '../../diagnosis/topology/load-balancer-names.ts';
import type { AwsReader, LoadBalancerHint } from '../aws/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

/**
 * Why what a probe names itself is not looked at; undefined where it may be: the administrator allows it, or discovery
 * leads to it as well.
 */
export function permitted(
  { settings }: SlotContext,
  name: string,
  discovered: readonly (string | undefined)[],
): Slot<never> | undefined {
  const { allowed = [] } = settings.aws ?? {};
  if (allowed.includes('*') || allowed.includes(name) || discovered.includes(name)) return undefined;
  return couldNotLook(
    'NotPermitted',
    `spec.diagnose.aws names ${name}, which the operator's policy does not allow`,
  );
}

/** What the cluster knows of the load balancer. */
async function discovered({ slot, settings }: SlotContext): Promise<Slot<LoadBalancerHint>> {
  const [alb, bindings] = await Promise.all([slot('alb'), slot('targetGroupBindings')]);
  if (!alb.ok) return alb;
  const arns = bindings.ok ? bindings.value.flatMap(({ spec }) => spec.targetGroupARN ?? []) : [];
  const targetGroupARN = arns.find((arn) => parseARN(arn) !== undefined);
  const { dnsName } = alb.value;
  const { region } = settings.aws?.options ?? {};
  if (dnsName === undefined && targetGroupARN === undefined) return NOT_APPLICABLE;
  return found({
    ...(targetGroupARN && { targetGroupARN }),
    ...(dnsName && { dnsName: plainHost(dnsName) }),
    ...(region && { region }),
  });
}

/** The AWS account, where this process may ask it. */
export const awsOf = ({ aws }: SlotContext): Slot<AwsReader> =>
  aws === undefined ? couldNotLook('NotConfigured', 'AWS is not asked from here') : found(aws);

/** A load balancer that the probe names, where it may. */
async function named(context: SlotContext, aws: AwsReader, arn: string): Promise<Slot<LoadBalancerEvidence>> {
  if (permitted(context, arn, []) === undefined) return aws.loadBalancer({ loadBalancerARN: arn });
  const hint = await discovered(context);
  const known = hint.ok ? await aws.loadBalancer(hint.value) : hint;
  const led = known.ok ? known.value.loadBalancer.LoadBalancerArn : undefined;
  return permitted(context, arn, [led]) ?? known;
}

export const readLoadBalancer: SlotReader<'loadBalancer'> = async (context) => {
  const [aws, alb] = [awsOf(context), await context.slot('alb')];
  if (!alb.ok) return alb;
  if (!aws.ok) return aws;
  const { loadBalancerARN } = context.settings.aws?.options ?? {};
  if (loadBalancerARN !== undefined) return named(context, aws.value, loadBalancerARN);
  const hint = await discovered(context);
  return hint.ok ? aws.value.loadBalancer(hint.value) : hint;
};
