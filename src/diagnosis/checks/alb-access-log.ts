import { applicationOf, routerOf } from '../model/answering.ts';
import type { AccessLogEntry } from '../model/aws.ts';
import { defineCheck } from '../model/check.ts';
import { NO_TARGET_ANSWERS, SENT_ELSEWHERE } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import { confidenceOfLogged } from '../model/logged-request.ts';
import type { ObjectReference } from '../model/reference.ts';
import { loggedRule, wentElsewhere } from '../topology/alb-logged-rule.ts';
import { makerOf } from '../topology/alb-rule-source.ts';

const IDLE_TIMEOUT = 'idle_timeout.timeout_seconds';
const ANSWERS = ['3xx', '4xx', '5xx', 'Assertion'] as const;

type Reason =
  | 'LoggedTargetAnswer'
  | 'LoggedOtherTarget'
  | 'LoggedWAFBlock'
  | 'LoggedWAFFailure'
  | 'LoggedSignInFailure'
  | 'LoggedMalformedRequest'
  | 'TargetRefusedConnection'
  | 'TargetClosedConnection'
  | 'TargetTimedOut'
  | 'LoggedWithoutTarget'
  | 'LoggedClientGaveUp';

/** Read in this order: the first that fits says what became of the request. */
const READINGS: readonly (readonly [Reason, (entry: AccessLogEntry) => boolean])[] = [
  ['LoggedWAFFailure', ({ actionsExecuted }) => actionsExecuted.includes('waf-failed')],
  [
    'LoggedWAFBlock',
    ({ actionsExecuted, target }) => actionsExecuted.at(-1) === 'waf' && target === undefined,
  ],
  ['LoggedSignInFailure', ({ errorReason = '' }) => errorReason.startsWith('Auth')],
  ['LoggedClientGaveUp', ({ elbStatusCode }) => elbStatusCode === 460],
  ['LoggedTargetAnswer', ({ targetStatusCode, elbStatusCode }) => targetStatusCode === elbStatusCode],
  [
    'LoggedMalformedRequest',
    ({ elbStatusCode, classification }) => elbStatusCode === 400 && classification !== undefined,
  ],
  ['LoggedWithoutTarget', ({ target, elbStatusCode }) => target === undefined && elbStatusCode === 503],
  [
    'TargetRefusedConnection',
    ({ target, elbStatusCode, requestProcessingTime: time }) =>
      target !== undefined && time < 0 && (elbStatusCode === 502 || elbStatusCode === 504),
  ],
  [
    'TargetTimedOut',
    ({ target, elbStatusCode, targetProcessingTime: time }) =>
      target !== undefined && time < 0 && elbStatusCode === 504,
  ],
  [
    'TargetClosedConnection',
    ({ target, elbStatusCode, targetStatusCode }) =>
      target !== undefined && elbStatusCode === 502 && targetStatusCode === undefined,
  ],
];

/** What the log says of targets, which may be those of another Service. */
const OF_TARGETS: ReadonlySet<Reason | undefined> = new Set([
  'LoggedTargetAnswer',
  'LoggedWithoutTarget',
  'TargetRefusedConnection',
  'TargetTimedOut',
  'TargetClosedConnection',
]);

type Known = Pick<Evidence, 'request' | 'home'> &
  Partial<Pick<Evidence, 'listeners' | 'targetGroupBindings' | 'albIngresses' | 'ingress'>>;

function readingOf(entry: AccessLogEntry, known: Known): Reason | undefined {
  const reason = READINGS.find(([, fits]) => fits(entry))?.[0];
  return OF_TARGETS.has(reason) && wentElsewhere(entry, known) ? 'LoggedOtherTarget' : reason;
}

const logged = { severity: 'Error', owner: 'DevOps', leadsTo: ['AnsweredBeforePods'] } as const;

const summary = (entry: AccessLogEntry): string =>
  `access log: ${entry.method} ${entry.url} elb_status_code ${entry.elbStatusCode}, target_status_code ${entry.targetStatusCode ?? '-'}, target ${entry.target ?? '-'}, actions ${entry.actionsExecuted.join(',') || '-'}`;

/** How long the load balancer keeps a connection without traffic, as people say it. */
const idleTime = ({ loadBalancer }: Partial<Pick<Evidence, 'loadBalancer'>>): string => {
  const seconds = loadBalancer?.attributes[IDLE_TIMEOUT];
  return seconds === undefined ? 'idle timeout' : `${seconds} s`;
};

const ABOUT_TARGET: ReadonlySet<Reason> = new Set([
  'LoggedTargetAnswer',
  'TargetTimedOut',
  'TargetClosedConnection',
]);

/** What stands behind the targets; a Service that an action of the Ingress only names by an annotation is none. */
function targetOf({ service, ...evidence }: Parameters<typeof applicationOf>[0]): ObjectReference {
  return applicationOf(service?.service === undefined ? evidence : { ...evidence, service });
}

/** Whoever answers for other targets is not this application: the rule's Ingress is meant, or that of the route. */
function accused(
  reason: Reason,
  entry: AccessLogEntry,
  evidence: Known & Parameters<typeof applicationOf>[0],
  loadBalancer: ObjectReference,
): ObjectReference {
  if (ABOUT_TARGET.has(reason)) return targetOf(evidence);
  if (reason !== 'LoggedOtherTarget') return loadBalancer;
  const rule = loggedRule(entry, evidence);
  return (rule && makerOf(rule, evidence)) ?? routerOf(evidence) ?? loadBalancer;
}

export const albAccessLog = defineCheck({
  id: 'alb-access-log',
  title: 'What the access log of the load balancer says of requests like this one',
  layer: 'LoadBalancer',
  needs: ['alb', 'accessLog', 'observation', 'failingSince', 'request', 'home'],
  wants: [
    'loadBalancer',
    'listeners',
    'targetGroupBindings',
    'albIngresses',
    'ingress',
    'service',
    'pods',
    'endpoints',
  ],
  reasons: {
    LoggedTargetAnswer: {
      ...logged,
      owner: 'Developer',
      layer: 'Application',
      message: 'The access log shows that {target} itself answered {code}, and {loadBalancer} passed it on',
      fix: 'Look for the request in the log of the application',
      explains: ANSWERS,
    },
    LoggedOtherTarget: {
      ...logged,
      layer: 'Ingress',
      message:
        'The access log shows that {loadBalancer} sent the request to the targets of another Service than {target}',
      fix: 'Put the rule of the Ingress before the one that took the request, by alb.ingress.kubernetes.io/group.order or a longer path',
      explains: [...ANSWERS, 'Timeout'],
      leadsTo: ['AnsweredBeforePods', ...NO_TARGET_ANSWERS, ...SENT_ELSEWHERE],
    },
    LoggedWAFBlock: {
      ...logged,
      layer: 'WAF',
      message: 'The access log of {loadBalancer} shows that AWS WAF blocked the request',
      fix: 'Look for the rule in the log of the web ACL',
      explains: ANSWERS,
    },
    LoggedWAFFailure: {
      ...logged,
      layer: 'WAF',
      message: 'The access log of {loadBalancer} shows that AWS WAF could not judge the request',
      fix: 'See whether AWS WAF is disturbed, or set waf.fail_open.enabled of {loadBalancer}',
      explains: [500],
      leadsTo: ['ALBInternalError'],
    },
    LoggedSignInFailure: {
      ...logged,
      layer: 'Auth',
      message: 'The access log of {loadBalancer} shows that signing in failed: {why}',
      fix: 'Compare the rule that asks for sign-in with what its identity provider expects',
      explains: [401, 500, 561],
      leadsTo: ['ALBUnauthorized', 'ALBInternalError', 'ALBSignInFailed'],
    },
    LoggedMalformedRequest: {
      ...logged,
      layer: 'Client',
      message: 'The access log of {loadBalancer} says that the request is {why}',
      fix: 'Mend the request, which is {why}',
      explains: [400],
      leadsTo: ['ALBBadRequest', 'ALBDesyncStrict'],
    },
    TargetRefusedConnection: {
      ...logged,
      message: 'The access log of {loadBalancer} shows that it could not connect to {target}',
      fix: 'See whether {target} listens, and whether security groups admit {loadBalancer}',
      explains: [502, 504],
      leadsTo: ['ALBBadGateway', 'ALBGatewayTimeout'],
    },
    TargetClosedConnection: {
      ...logged,
      owner: 'Both',
      layer: 'Application',
      message:
        'The access log of {loadBalancer} shows that {target} closed the connection before it answered',
      fix: 'Let the application keep idle connections open for longer than the {idle} of {loadBalancer}, and see whether it crashes',
      explains: [502],
      leadsTo: ['ALBBadGateway'],
    },
    TargetTimedOut: {
      ...logged,
      owner: 'Developer',
      layer: 'Application',
      message:
        'The access log of {loadBalancer} shows that {target} took the request and did not answer in time',
      fix: 'See what the application waits for when it handles the request',
      explains: [504, 'Timeout'],
      leadsTo: ['ALBGatewayTimeout', 'ALBIdleTimeoutTooShort'],
    },
    LoggedWithoutTarget: {
      ...logged,
      owner: 'Unknown',
      message: 'The access log of {loadBalancer} shows that it had no target to send to',
      fix: 'See which targets are registered, and why none is used',
      explains: [503],
      leadsTo: ['ALBNoTarget'],
    },
    LoggedClientGaveUp: {
      ...logged,
      owner: 'Both',
      message: 'The access log of {loadBalancer} shows that the caller gave up before the answer came',
      fix: 'Make the application faster, or raise the time-out of the caller',
      explains: [460, 504, 'Timeout'],
      leadsTo: ['ALBClientGaveUp'],
    },
  },
  run({ accessLog, failingSince, ...evidence }, report) {
    const { code } = evidence.observation;
    const isSame = ({ elbStatusCode }: AccessLogEntry) =>
      code === undefined ? elbStatusCode === 460 : elbStatusCode === code;
    const entry = accessLog.find((each) => isSame(each) && readingOf(each, evidence) !== undefined);
    const reason = entry && readingOf(entry, evidence);
    if (entry === undefined || reason === undefined) return [];
    const loadBalancer = loadBalancerReference(evidence);
    const why = [entry.errorReason, entry.classification, entry.classificationReason]
      .filter(Boolean)
      .join(', ');
    return [
      report(reason, {
        subject: accused(reason, entry, evidence, loadBalancer),
        slots: {
          loadBalancer: loadBalancer.ref,
          target: targetOf(evidence).ref,
          code: entry.elbStatusCode,
          idle: idleTime(evidence),
          why,
        },
        evidence: [summary(entry)],
        confidence: reason === 'LoggedWithoutTarget' ? 'Low' : confidenceOfLogged(entry.time, failingSince),
      }),
    ];
  },
});
