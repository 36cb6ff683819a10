import type { SampledHTTPRequest } from '@aws-sdk/client-wafv2';
import { parseARN } from '../../diagnosis/model/arn.ts';
import type { WAFRequest, WebACL, WebACLEvidence, WebACLRule } from '../../diagnosis/model/aws.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { keepShape } from '../cluster/shape.ts';
import type { Region } from './account.ts';
import { headerOf, isFromProbe, withoutQuery } from './logged-request.ts';
import { WEB_ACL } from './shapes.ts';

const sdk = () => import('@aws-sdk/client-wafv2');

/** "There is no such thing": as an answer it means that none is associated, or that logging is off. */
const isNone = (error: unknown): boolean =>
  error instanceof Error && error.name === 'WAFNonexistentItemException';

const orNone = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (isNone(error)) return undefined;
    throw error;
  });

async function associated(
  { clients, call }: Region,
  ResourceArn: string,
): Promise<Lookup<WebACL | undefined>> {
  const { GetWebACLForResourceCommand } = await sdk();
  const client = await clients.firewall();
  const answer = await call({ action: 'wafv2:GetWebACLForResource', resource: ResourceArn }, (options) =>
    orNone(client.send(new GetWebACLForResourceCommand({ ResourceArn }), options)),
  );
  return mapLookup(answer, (known) =>
    known?.WebACL === undefined ? undefined : keepShape<WebACL>(WEB_ACL, known.WebACL),
  );
}

/** `regional/webacl/NAME/ID` */
async function named({ clients, call }: Region, arn: string): Promise<Lookup<WebACL | undefined>> {
  const { GetWebACLCommand } = await sdk();
  const client = await clients.firewall();
  const [, , Name = '', Id = ''] = parseARN(arn)?.resource.split('/') ?? [];
  const answer = await call({ action: 'wafv2:GetWebACL', resource: arn }, (options) =>
    orNone(client.send(new GetWebACLCommand({ Name, Id, Scope: 'REGIONAL' }), options)),
  );
  return mapLookup(answer, (known) =>
    known?.WebACL === undefined ? undefined : keepShape<WebACL>(WEB_ACL, known.WebACL),
  );
}

export async function readWebACL(
  region: Region,
  resourceARN: string,
  webACLARN?: string,
): Promise<Lookup<WebACLEvidence>> {
  const acl =
    webACLARN === undefined ? await associated(region, resourceARN) : await named(region, webACLARN);
  if (!acl.ok) return acl;
  const webACL = acl.value;
  if (webACL === undefined) return found({ logDestinations: [] });
  const { GetLoggingConfigurationCommand } = await sdk();
  const client = await region.clients.firewall();
  const logging = await region.call(
    { action: 'wafv2:GetLoggingConfiguration', resource: webACL.ARN },
    (options) =>
      orNone(client.send(new GetLoggingConfigurationCommand({ ResourceArn: webACL.ARN }), options)),
  );
  return mapLookup(logging, (known) => ({
    webACL,
    logDestinations: known?.LoggingConfiguration?.LogDestinationConfigs ?? [],
  }));
}

const WINDOW_MILLISECONDS = 15 * 60_000;
const MAXIMUM_RULES = 10;

/** A sampled request of a probe under the model's names; none of others. */
function sampled({ Request, Timestamp, ...rest }: SampledHTTPRequest, rule: string): readonly WAFRequest[] {
  const headers = Request?.Headers?.map(({ Name: name, Value: value }) => ({ name, value }));
  const userAgent = headerOf(headers, 'user-agent');
  if (Request === undefined || userAgent === undefined || !isFromProbe(userAgent)) return [];
  const {
    Action: action = '',
    RuleNameWithinRuleGroup: ruleWithinGroup,
    ResponseCodeSent: responseCode,
  } = rest;
  return [
    {
      source: 'Sample',
      time: (Timestamp ?? new Date(0)).toISOString(),
      action,
      rule,
      ...(ruleWithinGroup && { ruleWithinGroup }),
      matched: [],
      ...(responseCode && { responseCode }),
      method: Request.Method ?? '',
      uri: withoutQuery(Request.URI ?? ''),
      userAgent,
    },
  ];
}

async function samplesOf(
  { clients, call }: Region,
  { ARN }: WebACL,
  { Name, VisibilityConfig }: WebACLRule,
): Promise<Lookup<readonly WAFRequest[]>> {
  const { GetSampledRequestsCommand } = await sdk();
  const client = await clients.firewall();
  const end = Date.now();
  const answer = await call({ action: 'wafv2:GetSampledRequests', resource: ARN }, (options) =>
    client.send(
      new GetSampledRequestsCommand({
        WebAclArn: ARN,
        RuleMetricName: VisibilityConfig?.MetricName ?? Name,
        Scope: 'REGIONAL',
        TimeWindow: { StartTime: new Date(end - WINDOW_MILLISECONDS), EndTime: new Date(end) },
        MaxItems: 500,
      }),
      options,
    ),
  );
  return mapLookup(answer, ({ SampledRequests = [] }) =>
    SampledRequests.flatMap((one) => sampled(one, Name)),
  );
}

/** Only a sample of what rules saw: a request that is not among it may have met the rule all the same. */
export async function readSamples(region: Region, webACL: WebACL): Promise<Lookup<readonly WAFRequest[]>> {
  const rules = (webACL.Rules ?? []).filter(
    ({ VisibilityConfig }) => VisibilityConfig?.SampledRequestsEnabled,
  );
  const requests: WAFRequest[] = [];
  for (const rule of rules.slice(0, MAXIMUM_RULES)) {
    const samples = await samplesOf(region, webACL, rule);
    if (!samples.ok) return samples;
    requests.push(...samples.value);
  }
  return found(requests);
}
