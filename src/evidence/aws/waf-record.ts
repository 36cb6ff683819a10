import type { WAFRequest } from '../../diagnosis/model/aws.ts';
import { headerOf, isFromProbe, withoutQuery } from './logged-request.ts';

/** One line of AWS WAF's log, as far as it is read. Any field may be missing, redacted or of another type. */
interface WAFRecord {
  readonly timestamp?: number;
  readonly action?: string;
  readonly terminatingRuleId?: string;
  readonly terminatingRuleType?: string;
  readonly terminatingRuleMatchDetails?: readonly {
    readonly conditionType?: string;
    readonly location?: string;
  }[];
  readonly ruleGroupList?: readonly { readonly terminatingRule?: { readonly ruleId?: string } | null }[];
  readonly rateBasedRuleList?: readonly { readonly limitKey?: string; readonly maxRateAllowed?: number }[];
  readonly responseCodeSent?: number | null;
  readonly httpRequest?: {
    readonly headers?: readonly { readonly name?: string; readonly value?: string }[];
    readonly uri?: string;
    readonly httpMethod?: string;
    readonly requestId?: string;
  };
}

/** An ALB's request id is the trace id without `Root=`. */
const traceOf = ({ requestId, headers }: NonNullable<WAFRecord['httpRequest']>): string | undefined =>
  requestId?.startsWith('1-') ? `Root=${requestId}` : headerOf(headers, 'x-amzn-trace-id');

const matchedBy = ({ terminatingRuleMatchDetails, rateBasedRuleList }: WAFRecord): readonly string[] => [
  ...(terminatingRuleMatchDetails ?? []).map(
    ({ conditionType = 'match', location = 'request' }) => `${conditionType} in ${location}`,
  ),
  ...(rateBasedRuleList ?? []).map(
    ({ limitKey = 'IP', maxRateAllowed = 0 }) => `limit ${maxRateAllowed} by ${limitKey}`,
  ),
];

/** A managed rule group's own name is in its id: `AWS#AWSManagedRulesCommonRuleSet#SizeRestrictions_BODY` or plain. */
const innerRule = ({ ruleGroupList }: WAFRecord): string | undefined =>
  (ruleGroupList ?? []).flatMap(({ terminatingRule }) => terminatingRule?.ruleId ?? [])[0];

function requestIn(record: WAFRecord): WAFRequest | undefined {
  const {
    httpRequest = {},
    timestamp,
    terminatingRuleType: ruleType,
    responseCodeSent: responseCode,
  } = record;
  const userAgent = headerOf(httpRequest.headers, 'user-agent');
  if (userAgent === undefined || !isFromProbe(userAgent)) return undefined;
  const ruleWithinGroup = innerRule(record);
  const traceID = traceOf(httpRequest);
  return {
    source: 'Log',
    time: new Date(timestamp ?? 0).toISOString(),
    action: String(record.action),
    rule: String(record.terminatingRuleId),
    ...(ruleType && { ruleType }),
    ...(ruleWithinGroup && { ruleWithinGroup }),
    matched: matchedBy(record),
    ...(responseCode && { responseCode }),
    method: String(httpRequest.httpMethod),
    uri: withoutQuery(httpRequest.uri ?? ''),
    userAgent,
    ...(traceID && { traceID }),
  };
}

/** What a line of the log says of a request of a StatusProbe; undefined for all others and for lines that are not as documented. */
export function readWAFRecord(line: string): WAFRequest | undefined {
  try {
    return requestIn(JSON.parse(line) as WAFRecord);
  } catch {
    return undefined;
  }
}
