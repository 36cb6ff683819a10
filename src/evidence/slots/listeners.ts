import type { SlotReader } from '../slot-context.ts';
import { awsOf } from './load-balancer.ts';

export const readListeners: SlotReader<'listeners'> = async (context) => {
  const known = await context.slot('loadBalancer');
  if (!known.ok) return known;
  const aws = awsOf(context);
  return aws.ok ? aws.value.listeners(known.value.loadBalancer) : aws;
};
