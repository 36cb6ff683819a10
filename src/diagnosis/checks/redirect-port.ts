import type { Listener } from '../model/aws.ts';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { redirectChain } from '../model/telling-headers.ts';
import type { Confidence, Layer } from '../model/vocabulary.ts';
import { appliedRule, listenerFor } from '../topology/alb-rules.ts';
import { redirectOf } from '../topology/http-route-filters.ts';
import { matchesOf, takes } from '../topology/http-route-match.ts';
import { matchIngress } from '../topology/ingress-match.ts';
import { type Redirection, redirectionWithin } from '../topology/redirection.ts';
import { effectsOn } from './annotations/effects-on.ts';

type RedirectEvidence = Pick<Evidence, 'observation' | 'request' | 'home'> &
  Partial<
    Pick<
      Evidence,
      'ingress' | 'ingressClass' | 'httpRoute' | 'gateways' | 'alb' | 'loadBalancer' | 'listeners'
    >
  >;

interface Redirector {
  readonly subject: ObjectReference;
  readonly port: number;
  readonly confidence: Confidence;
}

/** How a connection fails where nobody listens: refused, or dropped by what admits only the ports that are served. */
const NOBODY_LISTENS: Readonly<Record<string, Confidence>> = {
  ConnectionRefused: 'High',
  ConnectTimeout: 'Medium',
};

/** Who answers before the load balancer, or behind all routers, redirects on its own account. */
const ELSEWHERE: ReadonlySet<Layer> = new Set(['Application', 'Edge', 'Auth']);

/** The annotation that makes the controller of the Ingress redirect such a request. */
function byAnnotation(
  { ingress, ingressClass, observation, home }: RedirectEvidence,
  { from }: Redirection,
): ObjectReference | undefined {
  const { match } = matchIngress(ingress?.candidates ?? [], from, home);
  if (match === undefined) return undefined;
  const { annotations = {}, ...metadata } = match.ingress.metadata;
  const context = { request: from, observation, match, annotations, hops: [], endpoints: [], pods: [] };
  const controller = ingressClass?.ingressClass?.spec.controller;
  const [first] = effectsOn(context, controller, ({ reason }) => reason === 'IngressRedirects');
  const field = first && `metadata.annotations['${first.key}']`;
  return field === undefined ? undefined : referenceTo({ kind: 'Ingress', ...metadata }, home, field);
}

/** The port to which the load balancer's own rule sends the caller, on the same host. */
function portByRule(
  listeners: readonly Listener[],
  { from }: Redirection,
): { readonly port: number; readonly confidence: Confidence } | undefined {
  const listener = listenerFor(listeners, from.port);
  const applied = listener && appliedRule(listener, from);
  const { RedirectConfig: to } = applied?.rule.Actions?.find(({ Type }) => Type === 'redirect') ?? {};
  const port = Number(to?.Port ?? from.port);
  const isSameHost = (to?.Host ?? '#{host}') === '#{host}' || to?.Host === from.host;
  if (applied === undefined || to === undefined || !isSameHost || Number.isNaN(port)) return undefined;
  return { port, confidence: applied.certain ? 'High' : 'Medium' };
}

/** By a rule of the load balancer: an annotation of its Ingress made it, or somebody by hand. */
function byRule(evidence: RedirectEvidence, redirection: Redirection): Redirector | undefined {
  const { alb, listeners = [] } = evidence;
  const sent = portByRule(listeners, redirection);
  if (alb === undefined || sent === undefined) return undefined;
  const subject = byAnnotation(evidence, redirection) ?? loadBalancerReference({ ...evidence, alb });
  return { subject, ...sent };
}

/** By a filter of an HTTPRoute that leads where the caller went. */
function byFilter(
  { httpRoute, home }: RedirectEvidence,
  { from, port }: Redirection,
): ObjectReference | undefined {
  const leadsThere = (location: string | undefined) => {
    const url = location === undefined ? null : URL.parse(location);
    return url?.hostname === from.host && Number(url.port || (url.protocol === 'https:' ? 443 : 80)) === port;
  };
  const [found] = (httpRoute?.candidates ?? []).flatMap((route) =>
    matchesOf(route)
      .filter(
        (claim) => takes(claim.match, from) === 'Yes' && leadsThere(redirectOf({ route, ...claim }, from)),
      )
      .map(({ field }) => referenceTo({ kind: 'HTTPRoute', ...route.metadata }, home, `${field}.filters`)),
  );
  return found;
}

/** By who redirects further inside, where the load balancer does not do it itself. */
function byRouter(
  evidence: RedirectEvidence,
  redirection: Redirection,
  confidence: Confidence,
): Redirector | undefined {
  const { by, port } = redirection;
  if (port === undefined || (by?.layer === 'LoadBalancer' && evidence.alb?.ingress === undefined))
    return undefined;
  const subject = byAnnotation(evidence, redirection) ?? byFilter(evidence, redirection);
  return subject === undefined ? undefined : { subject, port, confidence };
}

/** Ports on which somebody is known to listen: then the redirect is right, and something else keeps the caller out. */
const servedPorts = (
  { listeners = [], gateways }: RedirectEvidence,
  { from }: Redirection,
): readonly number[] => [
  from.port,
  ...listeners.map(({ Port }) => Port),
  ...(gateways?.parents ?? []).flatMap(
    ({ gateway }) => gateway?.spec.listeners.map(({ port }) => port) ?? [],
  ),
];

/** Who redirects to another port of the same host on which nobody listens; undefined where that is not known. */
function redirectorOf(evidence: RedirectEvidence): Redirector | undefined {
  const { observation } = evidence;
  const confidence = NOBODY_LISTENS[observation.failure?.reason ?? ''];
  const redirection = redirectionWithin(observation);
  if (confidence === undefined || redirection === undefined) return undefined;
  if (redirection.by !== undefined && ELSEWHERE.has(redirection.by.layer)) return undefined;
  const found = byRule(evidence, redirection) ?? byRouter(evidence, redirection, confidence);
  const isServed = found === undefined || servedPorts(evidence, redirection).includes(found.port);
  return isServed ? undefined : found;
}

export const redirectPort = defineCheck({
  id: 'redirect-port',
  title: 'A redirect leads to a port on which somebody listens',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'ingressClass', 'httpRoute', 'gateways', 'alb', 'loadBalancer', 'listeners'],
  reasons: {
    RedirectsToClosedPort: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{redirector} redirects callers to port {port} of {host}, on which nobody takes connections',
      fix: 'Let {redirector} redirect to a port that is served, or serve port {port} of {host}',
      explains: ['Connection', 'Timeout'],
      leadsTo: ['ALBListenerNotFound', 'IngressClosedToRequest', 'GatewayDoesNotListen'],
    },
  },
  run(evidence, report) {
    const { observation, request } = evidence;
    const found = redirectorOf(evidence);
    if (found === undefined) return [];
    const { subject, port, confidence } = found;
    return [
      report('RedirectsToClosedPort', {
        subject,
        slots: { redirector: subject.ref, port, host: request.host },
        ...(subject.kind === 'LoadBalancer' ? { layer: 'LoadBalancer' } : {}),
        observed: String(port),
        evidence: redirectChain(observation),
        confidence,
      }),
    ];
  },
});
