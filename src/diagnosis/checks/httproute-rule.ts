import { defineCheck } from '../model/check.ts';
import type { RoutedRequest } from '../model/evidence.ts';
import type { HTTPRoute, HTTPRouteMatch } from '../model/gateway-api.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { matchesOf, takes } from '../topology/http-route-match.ts';
import { closestRank, routeHosts } from '../topology/route-hosts.ts';

interface Place {
  readonly route: HTTPRoute;
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

export const httpRouteRule = defineCheck({
  id: 'httproute-rule',
  title: 'A rule of the HTTPRoute takes the request',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'observation', 'home'],
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
      explains: [404],
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
  run({ httpRoute: { candidates, match: taken }, request, observation, home }, report) {
    const { host, path, method } = request;
    const routes = candidates.filter((route) => closestRank(routeHosts(route), host) !== undefined);
    const [first] = routes;
    if (first === undefined || taken !== undefined || answeredByApplication(observation)) return [];
    const places = routes.flatMap((route) => matchesOf(route).map((match) => ({ route, ...match })));
    const conditional = places.find(({ match }) => takes(match, request) === 'Unknown');
    const byOthers = places.filter((place) => isForOtherMethod(place, request));
    const strict = places.find((place) => isTooStrict(place, request));
    const place = conditional ?? byOthers[0] ?? strict;
    const { name, namespace = home } = (place?.route ?? first).metadata;
    const at = { kind: 'HTTPRoute', ...(place?.route ?? first).metadata };
    const subject = referenceTo(at, home, place === undefined ? 'spec.rules' : `${place.field}.matches`);
    const base = { route: name, namespace, host, path, method };
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
    if (strict !== undefined) {
      const slots = { ...base, exact: pathOf(strict) };
      return [
        report('HTTPRoutePathTooStrict', { subject, slots, observed: 'Exact', expected: 'PathPrefix' }),
      ];
    }
    const paths = [...new Set(places.map(pathOf))];
    const slots = { ...base, paths: paths.join(', '), nearest: nearest(path, paths) ?? paths.join(' or ') };
    return [
      report('PathMatchesNoHTTPRouteRule', { subject, slots, observed: path, expected: paths.join(', ') }),
    ];
  },
});
