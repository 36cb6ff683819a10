import { isNginx } from '../../model/answering.ts';
import { passesHTTPCheck } from '../../model/http-check.ts';
import { gaveUp, isShort } from '../../model/lateness.ts';
import { admitsBody } from '../../model/left-to-pods.ts';
import { runsNginx } from '../../model/proxy-in-pods.ts';
import {
  admitsAll,
  type Effect,
  type EffectContext,
  type EffectFamily,
  hasReadyEndpoint,
  isTrue,
  mayRedirectBehind,
  podsServe,
  redirectsToHTTPS,
  when,
} from './effect.ts';
import { INGRESS_NGINX_DENIALS } from './ingress-nginx-denials.ts';
import { INGRESS_NGINX_REWRITES } from './ingress-nginx-rewrites.ts';
import { DISTRUSTS_BACKEND } from './ingress-nginx-trust.ts';

const REDIRECTS = [301, 302, 307, 308, 'RedirectLoop'] as const;

const PREFIX = 'nginx.ingress.kubernetes.io/';

const nginx = (key: string, effect: Omit<Effect, 'key'>): Effect => ({
  key: `${PREFIX}${key}`,
  ...effect,
});

const redirects = (
  key: string,
  does: Effect['does'],
  more: Pick<Effect, 'unset' | 'isDoubtful'> = {},
): Effect => nginx(key, { reason: 'IngressRedirects', explains: REDIRECTS, isCertain: true, does, ...more });

const admits = (key: string): Effect =>
  nginx(key, {
    reason: 'IngressRefusesSource',
    explains: [403],
    does: (value) => when(!admitsAll(value), 'admits only the addresses of its list'),
    isDoubtful: saidByPods,
  });

const authenticates = (key: string, explains: Effect['explains'], text: string): Effect =>
  nginx(key, { reason: 'IngressWantsCredentials', explains, does: () => text });

const limits = (key: string): Effect =>
  nginx(key, {
    reason: 'IngressLimitsRate',
    explains: [429, 503],
    does: () => 'lets only so many requests of one address through',
    // 503 is what nginx answers for a Service without endpoints too.
    isDoubtful: (context) =>
      saidByPods(context) || (context.observation.code === 503 && !hasReadyEndpoint(context)),
  });

/** An nginx in the Pods says of itself what the controller's would say. */
const saidByPods = ({ observation: { code }, hops }: EffectContext): boolean =>
  hops.some(
    ({ hop, observation }) => hop === 'Pod' && observation.code === code && isNginx(observation.answeredBy),
  );

/** Whether an nginx in the Pods may have refused the body: nobody knows its length, and the Pods cannot clear themselves. */
function mayBeTooLargeForPods(context: EffectContext): boolean {
  const { request, observation, hops, pods } = context;
  if (request.bodyBytes !== undefined || !isNginx(observation.answeredBy)) return false;
  const isAsked = hops.some(({ hop, observation: { code } }) => hop === 'Pod' && code !== undefined);
  return isAsked ? saidByPods(context) : pods.some(runsNginx);
}

/** nginx in a Pod signs the same page, which comes through unchanged: only Pods that say something else clear themselves. */
function mayBePods({ observation: { code, answeredBy }, hops }: EffectContext): boolean {
  const said = hops.filter(({ hop, observation }) => hop === 'Pod' && observation.code !== undefined);
  const isSame = said.some(({ observation }) => observation.code === code && isNginx(observation.answeredBy));
  return !isNginx(answeredBy) || said.length === 0 || isSame;
}

const milliseconds = (seconds = ''): number => Number.parseInt(seconds, 10) * 1000;

/** Accused only where somebody set it shorter than is usual. */
const givesUp = (key: string): Effect =>
  nginx(key, {
    reason: 'IngressGivesUpEarly',
    explains: [504],
    does: (value, context) => {
      const isEarly = isShort(milliseconds(value)) && gaveUp(milliseconds(value), context) !== undefined;
      return when(isEarly, 'gives its backend up before that has answered');
    },
    isDoubtful: (context) =>
      gaveUp(milliseconds(context.annotations[`${PREFIX}${key}`]), context) !== 'Proved',
  });

/** A snippet that answers with this very code. */
function snippetAnswers(snippet: string, { observation: { code } }: EffectContext): string | undefined {
  const codes = [...snippet.matchAll(/\breturn\s+(\d{3})/g)].map(([, digits]) => Number(digits));
  const denies = code === 403 && /\bdeny\s+\S+\s*;/.test(snippet);
  return when((code !== undefined && codes.includes(code)) || denies, `answers ${code} by a snippet`);
}

const snippet = (key: string): Effect =>
  nginx(key, { reason: 'IngressAnswersItself', explains: ['3xx', '4xx', '5xx'], does: snippetAnswers });

const hasTLS = ({ match, request }: EffectContext): boolean =>
  (match.ingress.spec.tls ?? []).some(({ hosts = [] }) => hosts.includes(request.host));

/** Where the controller has a certificate for the host, it hardly gets plain what callers sent encrypted. */
const mayBeBehind = (context: EffectContext): boolean => hasTLS(context) && mayRedirectBehind(context);

/** What ingress-nginx answers by itself because of an annotation. */
export const INGRESS_NGINX_EFFECTS: EffectFamily = {
  prefix: PREFIX,
  controller: 'k8s.io/ingress-nginx',
  effects: [
    redirects(
      'force-ssl-redirect',
      (value, context) => when(isTrue(value) && redirectsToHTTPS(context), 'redirects HTTP to HTTPS'),
      { isDoubtful: mayBeBehind },
    ),
    redirects(
      'ssl-redirect',
      (value, context) =>
        when(
          isTrue(value) && hasTLS(context) && redirectsToHTTPS(context),
          'redirects HTTP to HTTPS, for its host has TLS',
        ),
      { unset: 'true', isDoubtful: mayBeBehind },
    ),
    redirects('permanent-redirect', () => 'redirects every request'),
    redirects('temporal-redirect', () => 'redirects every request'),
    redirects('from-to-www-redirect', (value) =>
      when(isTrue(value), 'redirects between its host with and without www'),
    ),
    redirects('app-root', (_, { request }) => when(request.path === '/', 'redirects / to another path')),
    admits('whitelist-source-range'),
    admits('allowlist-source-range'),
    nginx('denylist-source-range', {
      reason: 'IngressRefusesSource',
      explains: [403],
      does: () => 'refuses the addresses of its list',
    }),
    authenticates('auth-type', [401], 'asks for a user name and password'),
    authenticates('auth-url', [401, 403], 'asks another server whether it may let a request through'),
    nginx('auth-url', {
      reason: 'IngressAuthRequestFails',
      // Whatever keeps the other server from answering 2xx, 401 or 403, nginx makes a 500 of it.
      explains: [500],
      does: () => 'asks another server that may be unreachable or give an answer that nginx does not know',
      isDoubtful: mayBePods,
    }),
    authenticates('auth-signin', [302, 'RedirectLoop'], 'sends callers without a session to sign in'),
    nginx('auth-tls-verify-client', {
      reason: 'IngressWantsCredentials',
      explains: [400],
      does: (value) => when(value === 'on', 'asks for a client certificate'),
    }),
    limits('limit-rps'),
    limits('limit-rpm'),
    limits('limit-connections'),
    limits('global-rate-limit'),
    nginx('proxy-body-size', {
      reason: 'IngressRefusesRequest',
      explains: [413],
      does: (value, { request }) =>
        when(admitsBody(value, request.bodyBytes) !== true, 'refuses bodies above its limit'),
      isDoubtful: mayBeTooLargeForPods,
    }),
    nginx('enable-modsecurity', {
      reason: 'IngressAsksFirewall',
      explains: [403],
      does: (value) => when(isTrue(value), 'lets ModSecurity judge requests'),
    }),
    givesUp('proxy-read-timeout'),
    givesUp('proxy-send-timeout'),
    givesUp('proxy-connect-timeout'),
    nginx('backend-protocol', {
      reason: 'IngressProtocolWrong',
      explains: [502],
      does: (value, context) =>
        when(
          /^(?:GRPC|FCGI)$/.test(value)
            ? passesHTTPCheck(context)
            : /^(?:HTTPS|GRPCS)$/.test(value) && !podsServe(context),
          `speaks ${value} with its backend`,
        ),
      // Who passes a check over HTTP is no FastCGI server; one of gRPC may speak both.
      isDoubtful: ({ annotations, hops }) =>
        annotations[`${PREFIX}backend-protocol`] !== 'FCGI' &&
        !hops.some(({ observation }) => observation.failure?.reason === 'NotTLS'),
    }),
    ...INGRESS_NGINX_REWRITES,
    snippet('configuration-snippet'),
    snippet('server-snippet'),
    DISTRUSTS_BACKEND,
    ...INGRESS_NGINX_DENIALS,
  ],
};
