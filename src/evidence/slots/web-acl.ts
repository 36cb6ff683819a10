import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { SlotReader } from '../slot-context.ts';
import { awsOf, permitted } from './load-balancer.ts';

/** A Network Load Balancer has none. */
export const readWebACL: SlotReader<'webACL'> = async (context) => {
  const known = await context.slot('loadBalancer');
  if (!known.ok) return known;
  const { LoadBalancerArn, Type } = known.value.loadBalancer;
  if (Type === 'network') return NOT_APPLICABLE;
  const aws = awsOf(context);
  if (!aws.ok) return aws;
  const { webACLARN } = context.settings.aws?.options ?? {};
  if (webACLARN === undefined) return aws.value.webACL(LoadBalancerArn);
  if (permitted(context, webACLARN, []) === undefined) return aws.value.webACL(LoadBalancerArn, webACLARN);
  const associated = await aws.value.webACL(LoadBalancerArn);
  const led = associated.ok ? associated.value.webACL?.ARN : undefined;
  return permitted(context, webACLARN, [led]) ?? associated;
};
