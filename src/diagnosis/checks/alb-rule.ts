import type { Action, Rule } from '../model/aws.ts';
import { quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { LOAD_BALANCER_ANSWERS, SENT_ELSEWHERE } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import type { ObjectReference } from '../model/reference.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { isElsewhere, makerOf } from '../topology/alb-rule-source.ts';
import {
  type AppliedRule,
  appliedRule,
  isDefaultRule,
  listenerFor,
  targetGroupsOf,
} from '../topology/alb-rules.ts';

const ANY_ANSWER = ['3xx', '4xx', '5xx', 'Assertion'] as const;
const SHOW_RULES = "aws elbv2 describe-rules --listener-arn '{arn}'";

/** The controller's own answer where nothing is defined: a 404 without a body. */
const isPlainNotFound = ({ FixedResponseConfig: fixed }: Action): boolean =>
  fixed?.StatusCode === '404' && (fixed.MessageBody ?? '') === '';

const AUTHENTICATION: ReadonlySet<string> = new Set([
  'authenticate-oidc',
  'authenticate-cognito',
  'jwt-validation',
]);

const deniesStrangers = ({ AuthenticateOidcConfig, AuthenticateCognitoConfig }: Action): boolean =>
  (AuthenticateOidcConfig ?? AuthenticateCognitoConfig)?.OnUnauthenticatedRequest !== 'allow';

/** A redirect to the very URL that was asked goes round for ever. */
function isCircle({ RedirectConfig: to }: Action, { scheme, port }: Evidence['request']): boolean {
  const isSame = (value: string | undefined, own: string) =>
    value === undefined || value === own || /^#\{\w+\}$/.test(value);
  const isPathKept = to?.Path === undefined || to.Path === '/#{path}';
  return (
    isPathKept &&
    isSame(to?.Protocol?.toLowerCase(), scheme) &&
    isSame(to?.Port, String(port)) &&
    isSame(to?.Host, '')
  );
}

const described = (rule: Rule): string =>
  isDefaultRule(rule) ? 'the default rule' : `the rule of priority ${rule.Priority}`;

type Reason =
  | 'ALBRuleNotFound'
  | 'ALBFixedResponse'
  | 'ALBRedirects'
  | 'ALBRedirectsInCircle'
  | 'ALBAsksForSignIn'
  | 'ALBRuleShadows';

interface RuleEvidence
  extends Pick<Evidence, 'request' | 'observation'>,
    Partial<Pick<Evidence, 'targetGroupBindings'>> {}

/** What the rule itself answers, without asking any target. */
function ownAnswer(rule: Rule, request: Evidence['request'], code: number | undefined): Reason | undefined {
  const { Actions: actions = [] } = rule;
  const redirect = actions.find(({ Type }) => Type === 'redirect');
  if (redirect !== undefined) return isCircle(redirect, request) ? 'ALBRedirectsInCircle' : 'ALBRedirects';
  const fixed = actions.find(({ FixedResponseConfig }) => Number(FixedResponseConfig?.StatusCode) === code);
  if (fixed === undefined) return undefined;
  return isDefaultRule(rule) && isPlainNotFound(fixed) ? 'ALBRuleNotFound' : 'ALBFixedResponse';
}

function reasonFor(rule: Rule, evidence: RuleEvidence): Reason | undefined {
  const { request, observation, targetGroupBindings } = evidence;
  const { Actions: actions = [] } = rule;
  const code = observation.code ?? observation.redirects[0]?.code;
  const isClosed = actions.some((each) => AUTHENTICATION.has(each.Type) && deniesStrangers(each));
  if (isClosed && isSignIn(code)) return 'ALBAsksForSignIn';
  return (
    ownAnswer(rule, request, code) ??
    (isElsewhere(targetGroupsOf(actions), targetGroupBindings) ? 'ALBRuleShadows' : undefined)
  );
}

/** The Ingress whose rule it is, where it is known; who has to sign in stays a matter of who may enter. */
const accused = (reason: Reason, source: ObjectReference | undefined, loadBalancer: ObjectReference) => ({
  subject: source ?? loadBalancer,
  ...(source !== undefined && reason !== 'ALBAsksForSignIn' && { layer: 'Ingress' as const }),
});

const isSignIn = (code: number | undefined): boolean =>
  code !== undefined && [302, 401, 500, 561].includes(code);

const confidenceOf = ({ certain }: AppliedRule, reason: Reason): Confidence =>
  certain && reason !== 'ALBRuleShadows' ? 'High' : 'Medium';

const rule = {
  severity: 'Error',
  owner: 'DevOps',
  command: SHOW_RULES,
  leadsTo: LOAD_BALANCER_ANSWERS,
} as const;

export const albRule = defineCheck({
  id: 'alb-rule',
  title: 'The rule of the load balancer that takes the request sends it to the Service',
  layer: 'LoadBalancer',
  needs: ['alb', 'listeners', 'request', 'observation', 'home'],
  wants: ['loadBalancer', 'targetGroupBindings', 'albIngresses'],
  reasons: {
    ALBRuleNotFound: {
      ...rule,
      message: 'No rule of {loadBalancer} on port {port} takes {host}{path}, so it answers {code} itself',
      fix: 'Add a rule for {host}{path} to the Ingress, or ask a host and path that it has',
      explains: [404],
    },
    ALBFixedResponse: {
      ...rule,
      message: '{loadBalancer} answers {code} itself: {rule} of port {port} is a fixed response{said}',
      fix: 'Let {rule} of port {port} send {host}{path} to a Service that exists',
      explains: ANY_ANSWER,
    },
    ALBRedirects: {
      ...rule,
      message: '{loadBalancer} redirects: {rule} of port {port} sends callers to {location}',
      fix: 'Ask {location} at once, or take the redirect out of the Ingress',
      explains: ['3xx', 'RedirectLoop'],
    },
    ALBRedirectsInCircle: {
      ...rule,
      message: '{loadBalancer} redirects to the very URL that was asked: {rule} of port {port}',
      fix: 'Let {rule} of port {port} redirect to another protocol, port, host or path',
      explains: ['3xx', 'RedirectLoop'],
    },
    ALBAsksForSignIn: {
      ...rule,
      layer: 'Auth',
      message:
        '{loadBalancer} lets nobody through to {host}{path} who has not signed in: {rule} of port {port}',
      fix: 'Give the probe a path that needs no sign-in, or expect {code}',
      explains: [302, 401, 500, 561, '3xx'],
    },
    ALBRuleShadows: {
      ...rule,
      message:
        '{loadBalancer} sends {host}{path} to a target group of another Service: {rule} of port {port}',
      fix: 'Put the rule for {host}{path} before {rule}, by alb.ingress.kubernetes.io/group.order or a longer path',
      explains: [...ANY_ANSWER, 'Timeout'],
      leadsTo: ['LoggedOtherTarget', ...LOAD_BALANCER_ANSWERS, ...SENT_ELSEWHERE],
    },
  },
  run({ listeners, request, observation, ...evidence }, report) {
    const listener = listenerFor(listeners, request.port);
    const applied = listener && appliedRule(listener, request);
    const reason = applied && reasonFor(applied.rule, { ...evidence, request, observation });
    if (listener === undefined || applied === undefined || reason === undefined) return [];
    const loadBalancer = loadBalancerReference({ ...evidence, request });
    const maker = makerOf(applied.rule, evidence);
    const { Actions = [] } = applied.rule;
    return [
      report(reason, {
        ...accused(reason, maker, loadBalancer),
        slots: {
          ...request,
          loadBalancer: loadBalancer.ref,
          rule: `${described(applied.rule)}${maker === undefined ? '' : ` (${maker.ref})`}`,
          code: observation.code ?? 'nothing',
          arn: quotable(listener.ListenerArn),
          location: locationOf(Actions),
          said: saidBy(Actions),
        },
        confidence: confidenceOf(applied, reason),
        // Where a rule before it may have taken the request, what our own Pods say stays a cause of its own.
        ...(reason === 'ALBRuleShadows' && !applied.certain && { severity: 'Warning' as const }),
        evidence: targetGroupsOf(Actions).map((arn) => `${described(applied.rule)} sends to ${arn}`),
      }),
    ];
  },
});

function locationOf(actions: readonly Action[]): string {
  const {
    Protocol = '#{protocol}',
    Host = '#{host}',
    Port = '#{port}',
  } = actions.find(({ Type }) => Type === 'redirect')?.RedirectConfig ?? {};
  return `${Protocol}://${Host}:${Port}`.toLowerCase();
}

function saidBy(actions: readonly Action[]): string {
  const body = actions.flatMap(({ FixedResponseConfig }) => FixedResponseConfig?.MessageBody ?? [])[0] ?? '';
  return body === '' ? '' : ` (${body.slice(0, 80)})`;
}
