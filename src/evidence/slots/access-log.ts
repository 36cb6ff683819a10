import type { LoadBalancerEvidence } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { S3Place } from '../aws/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { awsOf, permitted } from './load-balancer.ts';
import { ownRequestsIn } from './own-requests.ts';

function placeFor(context: SlotContext, { attributes }: LoadBalancerEvidence): Slot<S3Place> {
  const named = context.settings.aws?.options.accessLogs;
  const bucket = attributes['access_logs.s3.bucket'] ?? '';
  if (named !== undefined) return permitted(context, named.bucket, [bucket]) ?? found(named);
  const prefix = attributes['access_logs.s3.prefix'] ?? '';
  if (attributes['access_logs.s3.enabled'] !== 'true' || bucket === '')
    return couldNotLook('NotConfigured', 'The load balancer writes no access log');
  return found({ bucket, ...(prefix === '' ? {} : { prefix }) });
}

/**
 * The log comes minutes late: what is found is mostly of earlier requests of the same probe, while the failure lasts.
 * The log of a Network Load Balancer tells of TLS only.
 */
export const readAccessLog: SlotReader<'accessLog'> = async (context) => {
  const known = await context.slot('loadBalancer');
  if (!known.ok) return known;
  if (known.value.loadBalancer.Type === 'network') return NOT_APPLICABLE;
  const place = placeFor(context, known.value);
  if (!place.ok) return place;
  const aws = awsOf(context);
  if (!aws.ok) return aws;
  const { loadBalancer } = known.value;
  return ownRequestsIn(context, `access log of ${loadBalancer.LoadBalancerArn}`, () =>
    aws.value.accessLog(loadBalancer, place.value),
  );
};
