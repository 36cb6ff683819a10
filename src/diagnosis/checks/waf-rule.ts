import type { WAFRequest, WebACL } from '../model/aws.ts';
import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import { confidenceOfLogged } from '../model/logged-request.ts';
import type { Observation } from '../model/observation.ts';

/** The codes that callers see unless the rule has a response of its own. */
const CODES: Readonly<Record<string, number>> = { BLOCK: 403, CAPTCHA: 405, CHALLENGE: 202 };
const ANY_CODE = ['4xx', '5xx', '3xx', 'Assertion'] as const;
const SHOW = "aws wafv2 get-web-acl --scope REGIONAL --name '{acl}' --id '{id}'";

const FOLLOWS = ['LoggedWAFBlock', 'IngressAsksFirewall', 'AnsweredBeforePods'] as const;

const rule = {
  severity: 'Error',
  owner: 'DevOps',
  command: SHOW,
  leadsTo: FOLLOWS,
} as const;

type Reason = 'WAFRuleBlocked' | 'WAFRateLimited' | 'WAFDefaultBlocked' | 'WAFCaptcha' | 'WAFChallenge';

/** A sample does not tell of what type its rule is, but the web ACL does, and so does its own answer. */
const isRateLimit = ({ ruleType, responseCode, rule: name }: WAFRequest, acl: WebACL): boolean =>
  ruleType === undefined
    ? responseCode === 429 ||
      (acl.Rules ?? []).some(
        ({ Name, Statement }) => Name === name && Statement?.RateBasedStatement !== undefined,
      )
    : ruleType === 'RATE_BASED';

function reasonFor(request: WAFRequest, acl: WebACL): Reason | undefined {
  const { action, rule: name } = request;
  if (action === 'CAPTCHA') return 'WAFCaptcha';
  if (action === 'CHALLENGE') return 'WAFChallenge';
  if (action !== 'BLOCK') return undefined;
  if (isRateLimit(request, acl)) return 'WAFRateLimited';
  return name === 'Default_Action' ? 'WAFDefaultBlocked' : 'WAFRuleBlocked';
}

/** Whether AWS signed the answer: its load balancers and AWS WAF write the same header. */
const isSignedByAWS = ({ answeredBy }: Observation): boolean =>
  (answeredBy?.product === 'ALB' || answeredBy?.product === 'AWS WAF') && answeredBy.confidence === 'High';

/** The newest request that AWS WAF answered with the very code that was seen. */
function judged(
  requests: readonly WAFRequest[],
  acl: WebACL | undefined,
  observation: Observation,
): { readonly acl: WebACL; readonly request: WAFRequest; readonly reason: Reason } | undefined {
  if (acl === undefined) return undefined;
  const isSeen = ({ action, responseCode, isAlike }: WAFRequest) =>
    (responseCode ?? CODES[action]) === observation.code && (isAlike !== true || isSignedByAWS(observation));
  const [first] = requests.flatMap((request) => {
    const reason = isSeen(request) ? reasonFor(request, acl) : undefined;
    return reason === undefined ? [] : [{ acl, request, reason }];
  });
  return first;
}

const fullName = ({ rule: name, ruleWithinGroup }: WAFRequest): string =>
  ruleWithinGroup === undefined ? name : `${name} (${ruleWithinGroup})`;

/** Whether AWS WAF signed the answer, as far as the load balancer's page tells. */
const isAnsweredByWAF = ({ answeredBy }: Observation): boolean =>
  answeredBy?.product === 'AWS WAF' && answeredBy.layer === 'WAF';

export const wafRule = defineCheck({
  id: 'waf-rule',
  title: 'AWS WAF lets the request through',
  layer: 'WAF',
  needs: ['alb', 'observation', 'failingSince', 'request', 'home'],
  wants: ['webACL', 'wafRequests', 'loadBalancer'],
  reasons: {
    WAFRuleBlocked: {
      ...rule,
      message: 'Rule {rule} of web ACL {acl} blocks the request',
      fix: 'Let rule {rule} of web ACL {acl} spare the request, by a narrower statement or a count override',
      explains: ANY_CODE,
    },
    WAFRateLimited: {
      ...rule,
      message: 'Rate limit {rule} of web ACL {acl} is reached by the address that asks',
      fix: 'Raise the limit of rule {rule}, aggregate it by another key, or ask less often',
      explains: ANY_CODE,
      leadsTo: [...FOLLOWS, 'ApplicationRateLimited'],
    },
    WAFDefaultBlocked: {
      ...rule,
      message: 'No rule of web ACL {acl} allows the request, and its default action is to block',
      fix: 'Add to web ACL {acl} a rule that allows the request, or let its default action be to allow',
      explains: ANY_CODE,
    },
    WAFCaptcha: {
      ...rule,
      message: 'Rule {rule} of web ACL {acl} answers with a puzzle that only people solve',
      fix: 'Let rule {rule} of web ACL {acl} spare the path or the User-Agent of the probe',
      explains: ANY_CODE,
    },
    WAFChallenge: {
      ...rule,
      message: 'Rule {rule} of web ACL {acl} challenges the caller to run a script, which only browsers do',
      fix: 'Let rule {rule} of web ACL {acl} spare the path or the User-Agent of the probe',
      explains: [202, ...ANY_CODE],
    },
    WAFAnswered: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'AWS WAF in front of {loadBalancer} answers {code}; which rule is not known',
      fix: 'Look for the request in the log of {acl} by its time and User-Agent',
      explains: ANY_CODE,
      leadsTo: FOLLOWS,
    },
  },
  run({ webACL, wafRequests = [], observation, failingSince, ...evidence }, report) {
    const acl = webACL?.webACL;
    const found = judged(wafRequests, acl, observation);
    if (found !== undefined) {
      const { time, isAlike } = found.request;
      return [
        report(found.reason, {
          ...ruleStatement(found.acl, found.request),
          confidence: isAlike === true ? 'Medium' : confidenceOfLogged(time, failingSince),
        }),
      ];
    }
    if (!isAnsweredByWAF(observation)) return [];
    const loadBalancer = loadBalancerReference(evidence);
    return [
      report('WAFAnswered', {
        subject: acl === undefined ? loadBalancer : awsReference('WebACL', acl.Name),
        slots: {
          loadBalancer: loadBalancer.ref,
          code: observation.code ?? 'nothing',
          acl: acl === undefined ? 'its web ACL' : `web ACL ${acl.Name}`,
        },
        confidence: 'Medium',
        evidence: observation.answeredBy?.evidence ?? [],
      }),
    ];
  },
});

const ruleStatement = (acl: WebACL, request: WAFRequest) => ({
  subject: awsReference('WebACL', acl.Name, `Rules['${request.rule}']`),
  slots: { rule: fullName(request), acl: quotable(acl.Name), id: quotable(acl.Id) },
  observed: request.action,
  evidence: [
    `${request.method} ${request.uri} ended by ${fullName(request)}: ${request.action}`,
    ...(request.isAlike === true ? ['whose request it was is not told: it asked the same at the time'] : []),
    ...request.matched,
  ],
});
