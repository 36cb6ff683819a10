import { NOT_APPLICABLE, type Slot } from '../diagnosis/model/evidence.ts';
import type { Gateway, HTTPRoute, ParentReference } from '../diagnosis/model/gateway-api.ts';
import { found, type Lookup } from '../diagnosis/model/lookup.ts';
import { remoteIP } from '../diagnosis/model/observation.ts';
import type { RoutedRequest } from '../diagnosis/model/route-evidence.ts';
import { gatewayAddresses, isGateway, isMesh } from '../diagnosis/topology/gateway-listeners.ts';
import { type PlacedRoute, routeHostRank } from '../diagnosis/topology/http-route-match.ts';
import { closestRank, routeHosts } from '../diagnosis/topology/route-hosts.ts';
import type { ClusterReader } from './cluster/reader.ts';
import { ingressesForHost, isNamedFor } from './host-ingresses.ts';
import type { SlotContext } from './slot-context.ts';

type LookedAt = Lookup<Gateway | undefined>;

const OTHER_KIND = 'Unknown';

/** A Gateway that may not be looked at is unknown. */
const gatewayIn = (looked: LookedAt): Gateway | 'Missing' | 'Unknown' =>
  looked.ok ? (looked.value ?? 'Missing') : OTHER_KIND;

/** HTTPRoutes with the Gateways to which they want to be attached, and why one of those could not be looked at. */
export async function placeRoutes(
  reader: ClusterReader,
  routes: readonly HTTPRoute[],
): Promise<{ readonly placed: readonly PlacedRoute[]; readonly failure: Lookup<never> | undefined }> {
  const failures: Lookup<never>[] = [];
  const look = async (home: string, parentRef: ParentReference) => {
    if (!isGateway(parentRef)) return OTHER_KIND;
    const looked = await reader.get('Gateway', {
      namespace: parentRef.namespace ?? home,
      name: parentRef.name,
    });
    if (!looked.ok) failures.push(looked);
    return gatewayIn(looked);
  };
  const placed = routes.map(async (route) => {
    const entries = (route.spec.parentRefs ?? []).filter((parentRef) => !isMesh(parentRef));
    const parents = entries.map(async (parentRef) => ({
      parentRef,
      gateway: await look(route.metadata.namespace ?? '', parentRef),
    }));
    return { route, parents: await Promise.all(parents) };
  });
  return { placed: await Promise.all(placed), failure: failures[0] };
}

/** Of the probe's own namespace alone where others may not be looked at: that is enough where the host is there. */
export async function routesForHost(
  reader: ClusterReader,
  host: string,
  home: string,
): Promise<Lookup<readonly HTTPRoute[]>> {
  const all = await reader.list('HTTPRoute', { host });
  if (all.ok) return all;
  const own = await reader.list('HTTPRoute', { host, namespace: home });
  return own.ok && own.value.some((route) => namesHost(route, host)) ? own : all;
}

const namesHost = (route: HTTPRoute, host: string): boolean =>
  (closestRank(routeHosts(route), host) ?? 0) > 0;

/** By its own host names, or by those of its listeners. */
const isNamed = (placed: PlacedRoute, request: RoutedRequest): boolean =>
  namesHost(placed.route, request.host) || (routeHostRank(placed, request) ?? 0) > 0;

/** Whether the request came in by an address of this kind. */
const reaches = (
  { observation }: SlotContext,
  { host }: RoutedRequest,
  addresses: readonly string[],
): boolean => addresses.includes(host) || addresses.includes(remoteIP(observation) ?? '');

const isReached = (context: SlotContext, { parents }: PlacedRoute, request: RoutedRequest): boolean =>
  parents.some(
    ({ gateway }) => typeof gateway !== 'string' && reaches(context, request, gatewayAddresses(gateway)),
  );

/** Applies where the address is one of a Gateway of the cluster, and of no Ingress. */
async function reachesGatewayAlone(context: SlotContext, request: RoutedRequest): Promise<Slot<true>> {
  const [gateways, ingresses] = await Promise.all([
    context.reader.list('Gateway'),
    context.reader.list('Ingress'),
  ]);
  if (!gateways.ok) return gateways.reason === 'NotInstalled' ? NOT_APPLICABLE : gateways;
  if (!ingresses.ok || !reaches(context, request, gateways.value.flatMap(gatewayAddresses)))
    return NOT_APPLICABLE;
  const published = ingresses.value.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);
  const others = published.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return reaches(context, request, others) ? NOT_APPLICABLE : found(true);
}

/** Of the HTTPRoutes for a host: those of the Gateway that was reached, if it is known; named ones before others. */
function candidatesAmong(context: SlotContext, request: RoutedRequest, placed: readonly PlacedRoute[]) {
  const reached = placed.filter((each) => isReached(context, each, request));
  const named = (reached.length > 0 ? reached : placed).filter((each) => isNamed(each, request));
  const isNamedFirst = named.length > 0;
  return { candidates: isNamedFirst ? named : reached, isNamedFirst, isReached: reached.length > 0 };
}

/** Whether Ingresses have rules for the host; against a named HTTPRoute only those that name it too count. */
async function isTakenByIngress(
  { reader, probe }: SlotContext,
  { host }: RoutedRequest,
  byName: boolean,
): Promise<boolean> {
  const ingresses = await ingressesForHost(reader, host, probe.namespace);
  return ingresses.ok && ingresses.value.some((each) => !byName || isNamedFor(each, host));
}

/**
 * The HTTPRoutes that a URL may go through: those named for its host, else those for any host of the Gateway that was
 * reached. Not applicable where an Ingress or nothing of the cluster takes the host.
 */
export async function throughGateway(
  context: SlotContext,
  request: RoutedRequest,
): Promise<Slot<readonly PlacedRoute[]>> {
  const { reader, probe } = context;
  const listed = await routesForHost(reader, request.host, probe.namespace);
  if (!listed.ok) return listed.reason === 'NotInstalled' ? NOT_APPLICABLE : listed;
  const { placed, failure } = await placeRoutes(reader, listed.value);
  // Without their Gateways nothing tells which of several takes the request.
  if (failure !== undefined && placed.length > 1) return failure;
  const { candidates, ...seen } = candidatesAmong(context, request, placed);
  const isTaken = await isTakenByIngress(context, request, seen.isNamedFirst);
  if (candidates.length > 0 && !isTaken) return found(candidates);
  if (isTaken && !seen.isReached) return NOT_APPLICABLE;
  const alone = await reachesGatewayAlone(context, request);
  return alone.ok ? found(candidates) : alone;
}
