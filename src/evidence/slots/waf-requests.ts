import { parseARN } from '../../diagnosis/model/arn.ts';
import type { WAFRequest, WebACL, WebACLEvidence } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../../diagnosis/model/lookup.ts';
import type { AwsReader, WAFLogPlace } from '../aws/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { awsOf, permitted } from './load-balancer.ts';
import { alikeRequests, ownRequests, ownRequestsIn } from './own-requests.ts';

/** Where an ARN of a logging configuration leads; a Firehose stream leads nowhere that can be read. */
function placeOf(arn: string): WAFLogPlace | undefined {
  const parsed = parseARN(arn);
  if (parsed?.service === 'logs')
    return { logGroupName: parsed.resource.replace(/^log-group:/, '').replace(/:\*$/, '') };
  if (parsed?.service !== 's3') return undefined;
  const [bucket = '', ...prefix] = parsed.resource.split('/');
  return { s3: { bucket, ...(prefix.length === 0 ? {} : { prefix: prefix.join('/') }) } };
}

const nameOf = ({ logGroupName, s3 }: WAFLogPlace): string => logGroupName ?? s3?.bucket ?? '';

function placeFor(context: SlotContext, { logDestinations }: WebACLEvidence): Slot<WAFLogPlace> {
  const [destination] = logDestinations;
  const place = destination === undefined ? undefined : placeOf(destination);
  const named = context.settings.aws?.options.wafLogs;
  if (named !== undefined)
    return permitted(context, nameOf(named), place === undefined ? [] : [nameOf(place)]) ?? found(named);
  if (destination === undefined) return NOT_APPLICABLE;
  if (place !== undefined) return found(place);
  return couldNotLook(
    'NotConfigured',
    `AWS WAF logs to ${destination}, which cannot be read: a stream keeps nothing`,
  );
}

async function fromLog(
  context: SlotContext,
  aws: AwsReader,
  { webACL, evidence }: { readonly webACL: WebACL; readonly evidence: WebACLEvidence },
): Promise<Slot<readonly WAFRequest[]>> {
  const place = placeFor(context, evidence);
  if (!place.ok) return place;
  return ownRequestsIn(context, `log of ${webACL.ARN}`, () => aws.wafLog(webACL, place.value));
}

/** The probe's own, else those like it: of what a command sends, no sample tells that it did. */
async function amongSamples(
  context: SlotContext,
  samples: readonly WAFRequest[],
): Promise<readonly WAFRequest[]> {
  const own = ownRequests(context, samples);
  const request = await context.slot('request');
  if (own.length > 0 || !request.ok) return own;
  return alikeRequests(context, request.value.path, samples).map((one) => ({ ...one, isAlike: true }));
}

/** By the log, else by the samples, in which a request may be missing: then nothing is known, not that nothing happened. */
export const readWAFRequests: SlotReader<'wafRequests'> = async (context) => {
  const known = await context.slot('webACL');
  if (!known.ok) return known;
  const { webACL } = known.value;
  if (webACL === undefined) return NOT_APPLICABLE;
  const aws = awsOf(context);
  if (!aws.ok) return aws;
  const logged = await fromLog(context, aws.value, { webACL, evidence: known.value });
  if (logged.ok && logged.value.length > 0) return logged;
  const sampled = await aws.value.wafSamples(webACL);
  const samples = sampled.ok ? await amongSamples(context, sampled.value) : [];
  if (samples.length > 0) return found(samples);
  const failed = [logged, sampled].find((look) => !look.ok && look.reason !== 'NotApplicable');
  return failed ?? found([]);
};
