import { gaveUp, isShort } from '../../model/lateness.ts';
import {
  admitsAll,
  type Effect,
  type EffectContext,
  type EffectFamily,
  mayRedirectBehind,
  podsAnswer,
  podsServe,
  redirectsToHTTPS,
  when,
} from './effect.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';
const DEFAULT_IDLE_MILLISECONDS = 60_000;
const NO_ENTRY = ['Timeout', 'Connection'] as const;

const alb = (key: string, effect: Omit<Effect, 'key'>): Effect => ({ key: `${PREFIX}${key}`, ...effect });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `[{"HTTP": 80}, {"HTTPS": 443}]` */
function listens(text: string, port: number): boolean {
  const list = parsed(text);
  return (
    !Array.isArray(list) ||
    list.some((entry) => Object.values(entry ?? {}).some((each) => Number(each) === port))
  );
}

const attribute = (text: string, key: string): string | undefined =>
  text
    .split(',')
    .map((pair) => pair.trim().split('='))
    .find(([name]) => name === key)?.[1];

const idleMilliseconds = (text: string): number =>
  Number(attribute(text, 'idle_timeout.timeout_seconds')) * 1000;

/** A 408 says that a connection was idle; a 504 that came before this time, or long after it, has another cause. */
const isGivenUp = (milliseconds: number, context: EffectContext): boolean =>
  context.observation.code !== 504 || (isShort(milliseconds) && gaveUp(milliseconds, context) !== undefined);

const ACTION = 'actions.{backend}';

/** Whether the rule takes its answer from an annotation in place of a Service. */
const isAction = ({ match }: EffectContext): boolean =>
  match.backend.service?.port?.name === 'use-annotation';

const field = (value: unknown, ...names: readonly string[]): unknown =>
  names
    .map((name) => (value as Record<string, unknown> | undefined)?.[name])
    .find((each) => each !== undefined);

function fixedCode(action: string): number | undefined {
  const response = field(parsed(action), 'fixedResponseConfig', 'FixedResponseConfig');
  const code = field(response, 'statusCode', 'StatusCode');
  return code === undefined ? undefined : Number(code);
}

const authenticates = (key: string, explains: Effect['explains'], does: Effect['does']): Effect =>
  alb(key, { reason: 'IngressWantsCredentials', explains, does });

const asksFirewall = (key: string): Effect =>
  alb(key, {
    reason: 'IngressAsksFirewall',
    explains: [403, 405],
    does: (value) => when(value !== 'none', 'lets AWS WAF judge requests'),
  });

const isNeverReached = ({ observation }: EffectContext): boolean => observation.failure?.phase === 'Connect';

/** What an Application Load Balancer answers by itself because of an annotation. */
export const AWS_LOAD_BALANCER_EFFECTS: EffectFamily = {
  prefix: PREFIX,
  controller: 'ingress.k8s.aws/alb',
  effects: [
    alb('ssl-redirect', {
      reason: 'IngressRedirects',
      explains: [301, 302, 'RedirectLoop'],
      isCertain: true,
      does: (_, context) => when(redirectsToHTTPS(context), 'redirects HTTP to HTTPS'),
      isDoubtful: mayRedirectBehind,
    }),
    alb(ACTION, {
      reason: 'IngressActionMissing',
      explains: [503],
      isCertain: true,
      unset: '',
      does: (value, context) =>
        when(isAction(context) && value === '', 'takes its answer from an annotation that it does not have'),
    }),
    alb(ACTION, {
      reason: 'IngressAnswersItself',
      explains: ['3xx', '4xx', '5xx'],
      isCertain: true,
      does: (value, context) => {
        const { code } = context.observation;
        return when(isAction(context) && fixedCode(value) === code, `answers ${code} by an action`);
      },
    }),
    alb(ACTION, {
      reason: 'IngressRedirects',
      explains: [301, 302, 'RedirectLoop'],
      isCertain: true,
      does: (value, context) =>
        when(
          isAction(context) && field(parsed(value), 'type', 'Type') === 'redirect',
          'redirects by an action',
        ),
    }),
    authenticates('auth-type', [302, 401, 500, 561], (value) =>
      when(value === 'cognito' || value === 'oidc', 'asks callers to sign in'),
    ),
    authenticates('jwt-validation', [401], () => 'asks for a token'),
    authenticates('mutual-authentication', ['TLS', 'Connection'], (value) =>
      when(/"verify"/.test(value), 'asks for a client certificate'),
    ),
    asksFirewall('wafv2-acl-arn'),
    asksFirewall('wafv2-acl-name'),
    asksFirewall('waf-acl-id'),
    alb('inbound-cidrs', {
      reason: 'IngressRefusesSource',
      explains: NO_ENTRY,
      does: (value, context) =>
        when(!admitsAll(value) && isNeverReached(context), 'admits only the addresses of its list'),
    }),
    alb('listen-ports', {
      reason: 'IngressClosedToRequest',
      explains: NO_ENTRY,
      isCertain: true,
      does: (value, { request }) =>
        when(!listens(value, request.port), `does not listen on port ${request.port}`),
    }),
    alb('scheme', {
      reason: 'IngressClosedToRequest',
      explains: NO_ENTRY,
      does: (value, context) =>
        when(value === 'internal' && isNeverReached(context), 'can be reached from inside its network only'),
      isDoubtful: () => true,
    }),
    alb('backend-protocol-version', {
      reason: 'IngressProtocolWrong',
      explains: [464],
      does: (value) =>
        when(value !== 'HTTP1', `speaks ${value} with its backend, and the request was not of that kind`),
    }),
    alb('backend-protocol', {
      reason: 'IngressProtocolWrong',
      explains: [502],
      does: (value, context) =>
        when(value === 'HTTPS' && !podsServe(context), 'speaks HTTPS with its backend'),
      isDoubtful: ({ hops }) => !hops.some(({ observation }) => observation.failure?.reason === 'NotTLS'),
    }),
    alb('load-balancer-attributes', {
      reason: 'IngressGivesUpEarly',
      explains: [408, 504],
      does: (value, context) =>
        when(
          idleMilliseconds(value) < DEFAULT_IDLE_MILLISECONDS && isGivenUp(idleMilliseconds(value), context),
          'closes idle connections sooner than is usual',
        ),
      isDoubtful: (context) => !podsAnswer(context),
    }),
    alb('load-balancer-attributes', {
      reason: 'IngressRefusesRequest',
      explains: [400],
      does: (value) =>
        when(
          attribute(value, 'routing.http.desync_mitigation_mode') === 'strictest',
          'refuses every request that is not strictly by the rules of HTTP',
        ),
    }),
    alb('target-type', {
      reason: 'IngressTargetTypeWrong',
      explains: ['NoAddress', 502, 503, 504],
      isCertain: true,
      does: (value, { service }) =>
        when(
          value === 'instance' &&
            (service?.spec.type ?? 'ClusterIP') === 'ClusterIP' &&
            service !== undefined,
          'sends to ports of nodes, which its Service does not have',
        ),
    }),
  ],
};
