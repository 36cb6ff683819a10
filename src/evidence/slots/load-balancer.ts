import { parseARN } from '../../diagnosis/model/arn.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import { plainHost } from '../../diagnosis/topology/load-balancer-names.ts';
import type { AwsReader, LoadBalancerHint } from '../aws/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

/** What a probe names itself is looked at only where the administrator allows it. */
export function permitted({ settings }: SlotContext, name: string): Slot<string> {
  const { allowed = [] } = settings.aws ?? {};
  if (allowed.includes('*') || allowed.includes(name)) return found(name);
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

async function hintFor(context: SlotContext): Promise<Slot<LoadBalancerHint>> {
  const { loadBalancerARN } = context.settings.aws?.options ?? {};
  if (loadBalancerARN === undefined) return discovered(context);
  const named = permitted(context, loadBalancerARN);
  return named.ok ? found({ loadBalancerARN }) : named;
}

/** The AWS account, where this process may ask it. */
export const awsOf = ({ aws }: SlotContext): Slot<AwsReader> =>
  aws === undefined ? couldNotLook('NotConfigured', 'AWS is not asked from here') : found(aws);

export const readLoadBalancer: SlotReader<'loadBalancer'> = async (context) => {
  const hint = await hintFor(context);
  if (!hint.ok) return hint;
  const aws = awsOf(context);
  return aws.ok ? aws.value.loadBalancer(hint.value) : aws;
};
