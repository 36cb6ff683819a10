import { RE2JS } from 're2js';
import { byCodeUnit } from '../model/code-unit.ts';
import type {
  Gateway,
  HTTPRoute,
  HTTPRouteMatch,
  HTTPRouteRule,
  ParentReference,
} from '../model/gateway-api.ts';
import type { HTTPRouteClaim } from '../model/http-route-evidence.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { conditionOf, listenersOf, parentStatus } from './gateway-listeners.ts';
import { hasPrefix } from './ingress-paths.ts';
import { closestRank, routeHosts } from './route-hosts.ts';

/** An HTTPRoute with the Gateways that it names. */
export interface PlacedRoute {
  readonly route: HTTPRoute;
  readonly parents: readonly {
    readonly parentRef: ParentReference;
    readonly gateway: Gateway | 'Missing' | 'Unknown';
  }[];
}

type Truth = 'Yes' | 'No' | 'Unknown';

const truth = (value: boolean): Truth => (value ? 'Yes' : 'No');

/** Controllers differ in whether an expression must fit the whole path. */
function fitsPattern(pattern: string, path: string): Truth {
  try {
    const matcher = RE2JS.compile(pattern).matcher(path);
    if (matcher.matches()) return 'Yes';
    return matcher.reset().find() ? 'Unknown' : 'No';
  } catch {
    return 'No';
  }
}

function fitsPath({ path = {} }: HTTPRouteMatch, asked: string): Truth {
  const { type = 'PathPrefix', value = '/' } = path;
  if (type === 'Exact') return truth(asked === value);
  return type === 'PathPrefix' ? truth(hasPrefix(asked, value)) : fitsPattern(value, asked);
}

/** Headers and query of a request cannot be seen from here. */
export function takes(
  match: HTTPRouteMatch,
  { path, method }: Pick<RoutedRequest, 'path' | 'method'>,
): Truth {
  const { headers = [], queryParams = [] } = match;
  const fits = fitsPath(match, path);
  if (fits === 'No' || (match.method ?? method) !== method) return 'No';
  return headers.length + queryParams.length > 0 ? 'Unknown' : fits;
}

const ANY: HTTPRouteMatch = {};

/** Every match of an HTTPRoute; a rule without matches takes everything. */
export const matchesOf = ({ spec }: HTTPRoute) =>
  (spec.rules ?? []).flatMap((rule, index) => {
    const { matches = [] } = rule;
    const all: readonly HTTPRouteMatch[] = matches.length === 0 ? [ANY] : matches;
    return all.map((match) => ({ rule, match, field: `spec.rules[${index}]` }));
  });

/** The closest fit of an HTTPRoute's own host names, or of its listeners' where it has none; undefined: not its host. */
export function routeHostRank({ route, parents }: PlacedRoute, request: RoutedRequest): number | undefined {
  const own = closestRank(routeHosts(route), request.host);
  if (own !== 0) return own;
  const listeners = parents.flatMap(({ gateway, parentRef }) =>
    typeof gateway === 'string' ? [] : listenersOf(gateway, parentRef, request),
  );
  return closestRank(
    listeners.map(({ hostname }) => hostname),
    request.host,
  );
}

/** Whether a listener that the HTTPRoute names, or any, is for such a request. */
const isEntrance = (
  { parentRef, gateway }: PlacedRoute['parents'][number],
  request: RoutedRequest,
): boolean =>
  typeof gateway === 'string' ? gateway === 'Unknown' : listenersOf(gateway, parentRef, request).length > 0;

/** Whether some Gateway hands such requests to the HTTPRoute, as far as it can be seen. */
export const isAttached = ({ route, parents }: PlacedRoute, request: RoutedRequest): boolean =>
  parents.some(
    (parent) =>
      conditionOf(parentStatus(route, parent.parentRef), 'Accepted')?.status !== 'False' &&
      isEntrance(parent, request),
  );

/** Whether the request comes in where the HTTPRoute wants to be attached, accepted or not. */
const isMeantFor = ({ parents }: PlacedRoute, request: RoutedRequest): boolean =>
  parents.some((parent) => isEntrance(parent, request));

/** What decides between claims: the greater, the closer. */
function weights({ match }: { readonly match: HTTPRouteMatch }, hostRank: number): readonly number[] {
  const { path = {}, method, headers = [], queryParams = [] } = match;
  const { type = 'PathPrefix', value = '/' } = path;
  const kind = { Exact: 2, RegularExpression: 1 }[type] ?? 0;
  return [hostRank, kind, value.length, Number(method !== undefined), headers.length, queryParams.length];
}

interface Weighed {
  readonly claim: HTTPRouteClaim;
  readonly weights: readonly number[];
  readonly placed: PlacedRoute;
}

const byWeights = (a: Weighed, b: Weighed): number =>
  a.weights.reduce((order, weight, index) => order || (b.weights[index] ?? 0) - weight, 0);

/** The oldest HTTPRoute wins what several claim alike; of one age, the first by namespace and name. */
export const byAge = ({ metadata: a }: HTTPRoute, { metadata: b }: HTTPRoute): number =>
  byCodeUnit(a.creationTimestamp ?? '', b.creationTimestamp ?? '') ||
  byCodeUnit(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`);

const gatewaysOf = ({ route, parents }: PlacedRoute): readonly string[] =>
  parents.map(({ parentRef: { namespace = route.metadata.namespace, name } }) => `${namespace}/${name}`);

/** Whether requests that reach the one can reach the other. */
export const sharesGateway = (a: PlacedRoute, b: PlacedRoute): boolean =>
  gatewaysOf(a).some((gateway) => gatewaysOf(b).includes(gateway));

function claimsOf(placed: PlacedRoute, request: RoutedRequest): readonly Weighed[] {
  const hostRank = routeHostRank(placed, request) ?? closestRank(routeHosts(placed.route), request.host);
  if (hostRank === undefined) return [];
  return matchesOf(placed.route)
    .filter(({ match }) => takes(match, request) === 'Yes')
    .map(({ rule, match, field }: { rule: HTTPRouteRule; match: HTTPRouteMatch; field: string }) => ({
      claim: { route: placed.route, rule, match, field },
      weights: weights({ match }, hostRank),
      placed,
    }));
}

export interface RoutedByHTTPRoute {
  readonly match?: HTTPRouteClaim;
  readonly rivals: readonly HTTPRouteClaim[];
}

/**
 * Which rule of several HTTPRoutes takes a request, and who claims it alike at the same Gateway. HTTPRoutes that no
 * Gateway has taken in are asked only where there are no others, those for another listener last.
 */
export function matchHTTPRoutes(placed: readonly PlacedRoute[], request: RoutedRequest): RoutedByHTTPRoute {
  const attached = placed.filter((each) => isAttached(each, request));
  const meant = placed.filter((each) => isMeantFor(each, request));
  const asked = [attached, meant].find(({ length }) => length > 0) ?? placed;
  const ordered = asked
    .toSorted((a, b) => byAge(a.route, b.route))
    .flatMap((each) => claimsOf(each, request))
    .sort(byWeights);
  const [best] = ordered;
  if (best === undefined) return { rivals: [] };
  const equals = ordered.filter(
    (each) => byWeights(each, best) === 0 && sharesGateway(each.placed, best.placed),
  );
  const routes = new Set(equals.map(({ claim }) => claim.route));
  const rivals = [...routes].flatMap(
    (route) => equals.find(({ claim }) => claim.route === route)?.claim ?? [],
  );
  return { match: best.claim, rivals: rivals.length > 1 ? rivals : [] };
}
