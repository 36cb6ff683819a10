import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { HTTPRoute } from '../../diagnosis/model/gateway-api.ts';
import type { HTTPRouteEvidence } from '../../diagnosis/model/http-route-evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { RoutedRequest } from '../../diagnosis/model/route-evidence.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import {
  byAge,
  matchHTTPRoutes,
  type PlacedRoute,
  routeHostRank,
  sharesGateway,
} from '../../diagnosis/topology/http-route-match.ts';
import { closestRank, routeHosts } from '../../diagnosis/topology/route-hosts.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { placeRoutes, routesForHost, throughGateway } from '../through-gateway.ts';

type RouteTarget = Extract<Target, { kind: 'Ingress' | 'HTTPRoute' }>;

const keyOf = ({ metadata }: HTTPRoute): string => `${metadata.namespace}/${metadata.name}`;

/** Other HTTPRoutes of the probe's namespace. They only enrich. */
async function beside({ reader, probe }: SlotContext, candidates: readonly HTTPRoute[]) {
  const listed = await reader.list('HTTPRoute', { namespace: probe.namespace });
  const known = new Set(candidates.map(keyOf));
  return listed.ok ? listed.value.filter((route) => !known.has(keyOf(route))) : [];
}

async function missingRoute(context: SlotContext, target: RouteTarget, isInstalled: boolean) {
  const { namespace, name } = target;
  const missing = referenceTo({ kind: 'HTTPRoute', namespace, name }, context.probe.namespace);
  const others = await beside(context, []);
  return found<HTTPRouteEvidence>({ candidates: [], rivals: [], missing, isInstalled, others });
}

/** What of the named HTTPRoute takes the request, and who takes it before it or claims it alike. */
function among(
  own: PlacedRoute,
  others: readonly PlacedRoute[],
  request: RoutedRequest,
): Pick<HTTPRouteEvidence, 'match' | 'rivals'> {
  const { match } = matchHTTPRoutes([own], request);
  const near = others.filter((other) => sharesGateway(own, other));
  const all = matchHTTPRoutes([own, ...near], request);
  if (match === undefined || all.match === undefined) return { rivals: [] };
  if (all.rivals.some(({ route }) => route === own.route)) return { match, rivals: all.rivals };
  return { match, rivals: all.match.route === own.route ? [] : [all.match, match] };
}

/** The named HTTPRoute among all that claim its host, as far as they may be looked at. */
async function byReference(
  context: SlotContext,
  target: RouteTarget,
  request: RoutedRequest,
): Promise<Slot<HTTPRouteEvidence>> {
  const { reader, probe } = context;
  const looked = await reader.get('HTTPRoute', target);
  if (!looked.ok) return looked.reason === 'NotInstalled' ? missingRoute(context, target, false) : looked;
  const named = looked.value;
  if (named === undefined) return missingRoute(context, target, true);
  const listed = await routesForHost(reader, request.host, probe.namespace);
  const rest = listed.ok ? listed.value.filter((route) => keyOf(route) !== keyOf(named)) : [];
  const { placed, failure } = await placeRoutes(reader, [named, ...rest]);
  const [own = { route: named, parents: [] }, ...near] = placed;
  const routed = among(own, failure === undefined ? near : [], request);
  const others = await beside(context, [named]);
  return found({ candidates: [named], ...routed, isInstalled: true, others });
}

async function byHost(context: SlotContext, request: RoutedRequest): Promise<Slot<HTTPRouteEvidence>> {
  const placed = await throughGateway(context, request);
  if (!placed.ok) return placed;
  const rankOf = new Map(
    placed.value.map((each) => [
      each.route,
      routeHostRank(each, request) ?? closestRank(routeHosts(each.route), request.host) ?? 0,
    ]),
  );
  const candidates = [...rankOf.keys()].sort(
    (a, b) => (rankOf.get(b) ?? 0) - (rankOf.get(a) ?? 0) || byAge(a, b),
  );
  return found({
    candidates,
    ...matchHTTPRoutes(placed.value, request),
    isInstalled: true,
    others: await beside(context, candidates),
  });
}

export const readHTTPRoute: SlotReader<'httpRoute'> = async (context) => {
  const request = await context.slot('request');
  if (!request.ok) return request;
  const { target } = context.probe;
  if (target.kind === 'HTTPRoute') return byReference(context, target, request.value);
  return target.kind === 'URL' ? byHost(context, request.value) : NOT_APPLICABLE;
};
