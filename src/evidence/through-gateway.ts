import { NOT_APPLICABLE, type RoutedRequest, type Slot } from '../diagnosis/model/evidence.ts';
import type { Gateway, HTTPRoute, ParentReference } from '../diagnosis/model/gateway-api.ts';
import { found, type Lookup } from '../diagnosis/model/lookup.ts';
import { remoteIP } from '../diagnosis/model/observation.ts';
import { gatewayAddresses, isGateway, isMesh } from '../diagnosis/topology/gateway-listeners.ts';
import { type PlacedRoute, routeHostRank } from '../diagnosis/topology/http-route-match.ts';
import { closestRank, routeHosts } from '../diagnosis/topology/route-hosts.ts';
import type { ClusterReader } from './cluster/reader.ts';
import { ingressesForHost, isNamedFor } from './host-ingresses.ts';
import type { SlotContext } from './slot-context.ts';

async function gatewayOf(
  reader: ClusterReader,
  home: string,
  parentRef: ParentReference,
): Promise<Gateway | 'Missing' | 'Unknown'> {
  if (!isGateway(parentRef)) return 'Unknown';
  const { namespace = home, name } = parentRef;
  const looked = await reader.get('Gateway', { namespace, name });
  return looked.ok ? (looked.value ?? 'Missing') : 'Unknown';
}

/** HTTPRoutes with the Gateways to which they want to be attached. */
export const placeRoutes = (
  reader: ClusterReader,
  routes: readonly HTTPRoute[],
): Promise<readonly PlacedRoute[]> =>
  Promise.all(
    routes.map(async (route) => {
      const entries = (route.spec.parentRefs ?? []).filter((parentRef) => !isMesh(parentRef));
      const parents = entries.map(async (parentRef) => ({
        parentRef,
        gateway: await gatewayOf(reader, route.metadata.namespace ?? '', parentRef),
      }));
      return { route, parents: await Promise.all(parents) };
    }),
  );

/** Of the probe's own namespace alone where others may not be looked at: that is enough where the host is there. */
export async function routesForHost(
  reader: ClusterReader,
  host: string,
  home: string,
): Promise<Lookup<readonly HTTPRoute[]>> {
  const all = await reader.list('HTTPRoute', { host });
  if (all.ok) return all;
  if (all.reason === 'NotInstalled') return found([]);
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

/** Whether the address is one of a Gateway of the cluster, and of no Ingress. */
async function isGatewayAlone(context: SlotContext, request: RoutedRequest): Promise<Lookup<boolean>> {
  const [gateways, ingresses] = await Promise.all([
    context.reader.list('Gateway'),
    context.reader.list('Ingress'),
  ]);
  if (!gateways.ok) return gateways.reason === 'NotInstalled' ? found(false) : gateways;
  if (!ingresses.ok || !reaches(context, request, gateways.value.flatMap(gatewayAddresses)))
    return found(false);
  const published = ingresses.value.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);
  const others = published.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return found(!reaches(context, request, others));
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
  const [listed, ingresses] = await Promise.all([
    routesForHost(reader, request.host, probe.namespace),
    ingressesForHost(reader, request.host, probe.namespace),
  ]);
  if (!listed.ok) return listed;
  const placed = await placeRoutes(reader, listed.value);
  const reached = placed.filter((each) => isReached(context, each, request));
  const pool = reached.length > 0 ? reached : placed;
  const named = pool.filter((each) => isNamed(each, request));
  const candidates = named.length > 0 ? named : reached;
  const rivals = ingresses.ok ? ingresses.value : [];
  const isTaken = rivals.some((each) => named.length === 0 || isNamedFor(each, request.host));
  if (isTaken && reached.length === 0) return NOT_APPLICABLE;
  if (candidates.length > 0 && !isTaken) return found(candidates);
  const isAlone = await isGatewayAlone(context, request);
  if (!isAlone.ok) return isAlone;
  return isAlone.value ? found(candidates) : NOT_APPLICABLE;
}
