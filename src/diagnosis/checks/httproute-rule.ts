import { type AnswerEvidence, writtenByApplication } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { HTTPRoute, HTTPRouteMatch, HTTPRouteRule } from '../model/gateway-api.ts';
import type { HTTPRouteEvidence } from '../model/http-route-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { matchesOf, takes } from '../topology/http-route-match.ts';
import { closestRank, routeHosts } from '../topology/route-hosts.ts';

interface Place {
  readonly route: HTTPRoute;
  readonly rule: HTTPRouteRule;
  readonly match: HTTPRouteMatch;
  readonly field: string;
}

const pathOf = ({ match }: Place): string => match.path?.value ?? '/';

/** Exact, and it would have taken the path as a prefix. */
const isTooStrict = (place: Place, { path }: RoutedRequest): boolean =>
  place.match.path?.type === 'Exact' && path.startsWith(pathOf(place).replace(/\/?$/, '/'));

/** It takes the path, but not the method. */
const isForOtherMethod = ({ match }: Place, request: RoutedRequest): boolean =>
  match.method !== undefined && takes(match, { ...request, method: match.method }) === 'Yes';

const conditionsOf = ({ match: { headers = [], queryParams = [], path } }: Place): string =>
  [
    ...headers.map(({ name }) => `header ${name}`),
    ...queryParams.map(({ name }) => `query ${name}`),
    ...(headers.length + queryParams.length === 0 ? [`the expression ${path?.value}`] : []),
  ].join(' and ');

const backendsOf = ({ backendRefs = [] }: HTTPRouteRule): string =>
  backendRefs.map(({ name }) => name).join(', ') || 'no backend';

/** It takes such requests whatever they carry, as far as method, headers and query go. */
const isPlain = (
  { match: { method, headers = [], queryParams = [] } }: Place,
  request: RoutedRequest,
): boolean => (method ?? request.method) === request.method && headers.length + queryParams.length === 0;

/** The place that would take the request as a prefix before the wider one that does, and send it to somebody else. */
function passedOver(
  { candidates, match: taken }: HTTPRouteEvidence,
  request: RoutedRequest,
): Place | undefined {
  if (taken === undefined || taken.match.path?.type === 'RegularExpression') return undefined;
  const hosts = [...routeHosts(taken.route)].sort().join(' ');
  return candidates
    .filter((route) => [...routeHosts(route)].sort().join(' ') === hosts)
    .flatMap((route) => matchesOf(route).map((each) => ({ route, ...each })))
    .find(
      (place) =>
        isTooStrict(place, request) &&
        isPlain(place, request) &&
        pathOf(place).length > (taken.match.path?.value ?? '/').length &&
        backendsOf(place.rule) !== backendsOf(taken.rule),
    );
}

/** How sure it is that who got the request in its place wrote the answer. */
function fallenThrough(evidence: AnswerEvidence & { readonly httpRoute: HTTPRouteEvidence }) {
  const { httpRoute, request, observation } = evidence;
  const isUnknownThere = observation.code === 404 || observation.code === 405;
  const place = isUnknownThere ? passedOver(httpRoute, request) : undefined;
  const written = place && writtenByApplication(evidence, ({ code }) => code === observation.code);
  const { match: taken } = httpRoute;
  if (place === undefined || written === undefined || taken === undefined) return undefined;
  return {
    place,
    confidence: written === 'Low' ? 'Low' : 'Medium',
    evidence: [
      `${request.path} goes by ${taken.match.path?.value ?? '/'} to ${backendsOf(taken.rule)}, ${pathOf(place)} to ${backendsOf(place.rule)}`,
    ],
  } as const;
}

/** Where a match stands, or the rules of an HTTPRoute of which none fits. */
function located(at: Place | HTTPRoute, home: string) {
  const [{ metadata }, field] = 'match' in at ? [at.route, `${at.field}.matches`] : [at, 'spec.rules'];
  return {
    subject: referenceTo({ kind: 'HTTPRoute', ...metadata }, home, field),
    names: { route: metadata.name, namespace: metadata.namespace ?? home },
  };
}

function tooStrict(place: Place, path: string, home: string) {
  const { subject, names } = located(place, home);
  const slots = { ...names, path, exact: pathOf(place) };
  return { subject, slots, observed: 'Exact', expected: 'PathPrefix' };
}

export const httpRouteRule = defineCheck({
  id: 'httproute-rule',
  title: 'A rule of the HTTPRoute takes the request',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'observation', 'home'],
  wants: ['service', 'endpoints', 'pods', 'hops'],
  reasons: {
    PathMatchesNoHTTPRouteRule: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} takes host {host} but not path {path}; it has {paths}',
      fix: 'Add a match for {path} to HTTPRoute {route}, or ask {nearest}',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404],
    },
    HTTPRoutePathTooStrict: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} takes {exact} by type Exact, which does not take {path}',
      fix: 'Set the type of {exact} in HTTPRoute {route} to PathPrefix',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404, 405],
      leadsTo: [...ANSWERED_ELSEWHERE, 'ApplicationMethodNotAllowed'],
    },
    MethodMatchesNoHTTPRouteRule: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} takes {path} by {methods} alone, and the probe asks by {method}',
      fix: 'Add a match for {method} to HTTPRoute {route}, or probe by {methods}',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404, 405],
    },
    HTTPRouteWantsMore: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} takes {path} only with {conditions}',
      fix: 'Let the probe send {conditions}, or add a rule for {path} without it to HTTPRoute {route}',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404],
    },
  },
  run(evidence, report) {
    const { httpRoute, request, observation, home } = evidence;
    const { candidates, match: taken } = httpRoute;
    const { host, path, method } = request;
    const fallen = fallenThrough(evidence);
    if (fallen !== undefined) {
      const { place, ...more } = fallen;
      return [report('HTTPRoutePathTooStrict', { ...tooStrict(place, path, home), ...more })];
    }
    const routes = candidates.filter((route) => closestRank(routeHosts(route), host) !== undefined);
    const [first] = routes;
    if (first === undefined || taken !== undefined || answeredByApplication(observation)) return [];
    const places = routes.flatMap((route) => matchesOf(route).map((match) => ({ route, ...match })));
    const conditional = places.find(({ match }) => takes(match, request) === 'Unknown');
    const byOthers = places.filter((place) => isForOtherMethod(place, request));
    const strict = places.find((place) => isTooStrict(place, request));
    const place = conditional ?? byOthers[0] ?? strict;
    const { subject, names } = located(place ?? first, home);
    const base = { ...names, host, path, method };
    if (conditional !== undefined) {
      const slots = { ...base, conditions: conditionsOf(conditional) };
      return [report('HTTPRouteWantsMore', { subject, slots, confidence: 'Medium' })];
    }
    if (byOthers.length > 0) {
      const methods = [...new Set(byOthers.flatMap(({ match }) => match.method ?? []))].sort().join(', ');
      const slots = { ...base, methods };
      return [
        report('MethodMatchesNoHTTPRouteRule', { subject, slots, observed: method, expected: methods }),
      ];
    }
    if (strict !== undefined) return [report('HTTPRoutePathTooStrict', tooStrict(strict, path, home))];
    const paths = [...new Set(places.map(pathOf))];
    const slots = { ...base, paths: paths.join(', '), nearest: nearest(path, paths) ?? paths.join(' or ') };
    return [
      report('PathMatchesNoHTTPRouteRule', { subject, slots, observed: path, expected: paths.join(', ') }),
    ];
  },
});
