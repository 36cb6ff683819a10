import type {
  Gateway,
  GatewayListener,
  HTTPRoute,
  ParentReference,
} from '../../diagnosis/model/gateway-api.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import {
  gatewayAddresses,
  isGateway,
  isListenerSet,
  isTrue,
  parentStatus,
  selects,
  speaksTLS,
} from '../../diagnosis/topology/gateway-listeners.ts';
import { hostnameRank } from '../../diagnosis/topology/route-hosts.ts';
import { literalStart, type ResolvedTarget, type TargetReader, unseen, urlOf } from './resolved-target.ts';

type RouteTarget = Extract<Target, { readonly kind: 'Ingress' | 'HTTPRoute' }>;

/** By which controllers mark what they make for a Gateway. */
const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

/** A Gateway that the HTTPRoute names, with its address where it has one. */
interface Parent {
  readonly parentRef: ParentReference;
  readonly gateway: Gateway;
  readonly address: string | undefined;
  readonly isAccepted: boolean;
}

/** A listener through which the HTTPRoute can be asked. */
interface Entrance extends Parent {
  readonly listener: GatewayListener;
}

/** An HTTPRoute is asked at the address of its Gateway, whatever DNS says of the host. */
export async function resolveHTTPRoute(target: RouteTarget, reader: TargetReader): Promise<ResolvedTarget> {
  const { name, namespace, host } = target;
  const looked = await reader.get('HTTPRoute', { namespace, name });
  if (!looked.ok && looked.reason !== 'NotInstalled') return unseen(`HTTPRoute ${name}`, looked);
  const route = looked.ok ? looked.value : undefined;
  if (route === undefined) {
    const why = looked.ok ? '' : ', because the cluster does not know the Gateway API';
    const known = host === undefined ? {} : { url: urlFor(target, undefined, host) };
    const message = `HTTPRoute ${name} does not exist${why}.`;
    return { kind: 'Missing', reason: 'TargetNotFound', message, ...known };
  }
  const parents = await parentsOf(target, route, reader);
  if (!parents.ok) return unseen(`The Gateway of HTTPRoute ${name}`, parents);
  return locate(target, route, parents.value);
}

async function parentsOf(
  target: RouteTarget,
  route: HTTPRoute,
  reader: TargetReader,
): Promise<Lookup<readonly Parent[]>> {
  const named = entrancesNamedBy(route);
  const looks = await Promise.all(named.map((parentRef) => lookAt(parentRef, target, route, reader)));
  const failed = looks.find((look) => !look.ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? (look.value ?? []) : [])));
}

const entrancesNamedBy = ({ spec }: HTTPRoute): readonly ParentReference[] =>
  (spec.parentRefs ?? []).filter((parentRef) => isGateway(parentRef) || isListenerSet(parentRef));

async function lookAt(
  parentRef: ParentReference,
  target: RouteTarget,
  route: HTTPRoute,
  reader: TargetReader,
): Promise<Lookup<Parent | undefined>> {
  const { namespace = target.namespace, name } = parentRef;
  const looked = isListenerSet(parentRef)
    ? await gatewayOfListenerSet({ namespace, name }, reader)
    : await reader.get('Gateway', { namespace, name });
  if (!looked.ok || looked.value === undefined) return looked as Lookup<undefined>;
  const gateway = looked.value;
  const address = gatewayAddresses(gateway)[0] ?? (await serviceAddress(gateway, reader));
  const isAccepted = isTrue(parentStatus(route, parentRef), 'Accepted');
  return found({ parentRef, gateway, address, isAccepted });
}

/** The Gateway that a ListenerSet extends, as it is seen through the set: with its listeners alone. */
async function gatewayOfListenerSet(
  key: { readonly namespace: string; readonly name: string },
  reader: TargetReader,
): Promise<Lookup<Gateway | undefined>> {
  const set = await reader.get('ListenerSet', key);
  if (!set.ok || set.value === undefined) return set as Lookup<undefined>;
  const { parentRef, listeners } = set.value.spec;
  const { namespace = key.namespace, name } = parentRef;
  const gateway = await reader.get('Gateway', { namespace, name });
  return mapLookup(gateway, (seen) => seen && { ...seen, spec: { ...seen.spec, listeners } });
}

/** Of a controller that publishes no address: the Service that it made for the Gateway. */
async function serviceAddress({ metadata }: Gateway, reader: TargetReader): Promise<string | undefined> {
  const { namespace = '', name } = metadata;
  const services = await reader.list('Service', { namespace, labels: { [GATEWAY_NAME_LABEL]: name } });
  const addresses = services.ok ? services.value.map(({ spec }) => spec.clusterIP ?? '') : [];
  return addresses.find((address) => address !== '' && address !== 'None');
}

const isLiteral = (hostname: string): boolean => !hostname.startsWith('*');

/** Host names of the HTTPRoute, else those of the listeners that it inherits. */
function hostnamesOf({ spec }: HTTPRoute, parents: readonly Parent[]): readonly string[] {
  const { hostnames = [] } = spec;
  if (hostnames.length > 0) return hostnames;
  return parents.flatMap(({ gateway, parentRef }) =>
    gateway.spec.listeners
      .filter((listener) => selects(parentRef, listener))
      .flatMap((each) => each.hostname ?? []),
  );
}

/** Those that fit what the target says, an accepted one first, then one with TLS. */
function entrances(target: RouteTarget, parents: readonly Parent[], host: string): readonly Entrance[] {
  const { sectionName, scheme, port } = target;
  const weight = ({ isAccepted, address, listener }: Entrance): number =>
    4 * Number(isAccepted) + 2 * Number(address !== undefined) + Number(speaksTLS(listener));
  return parents
    .flatMap((parent) => parent.gateway.spec.listeners.map((listener) => ({ ...parent, listener })))
    .filter(
      ({ parentRef, listener }) =>
        selects(parentRef, listener) &&
        hostnameRank(listener.hostname, host) !== undefined &&
        (sectionName === undefined || sectionName === listener.name) &&
        (scheme === undefined || (scheme === 'HTTPS') === speaksTLS(listener)) &&
        (port === undefined || port === listener.port),
    )
    .sort((a, b) => weight(b) - weight(a));
}

function locate(target: RouteTarget, route: HTTPRoute, parents: readonly Parent[]): ResolvedTarget {
  const hostnames = hostnamesOf(route, parents);
  const host = target.host ?? hostnames.find(isLiteral);
  if (host === undefined && hostnames.length > 0) {
    const message = `spec.target.httpRouteRef.host must be given, because HTTPRoute ${target.name} has no host without wildcard.`;
    return { kind: 'Invalid', message };
  }
  const [entrance] = entrances(target, parents, host ?? '');
  const url = (name: string) => urlFor(target, route, name, entrance?.listener);
  const place = entrance ?? parents.find((parent) => parent.address !== undefined);
  if (place?.address === undefined) {
    const known = host === undefined ? {} : { url: url(host) };
    return { kind: 'Missing', reason: 'NoAddress', message: whyNowhere(route, parents), ...known };
  }
  const { gateway, address } = place;
  return {
    kind: 'Found',
    url: url(host ?? address),
    connectTo: { host: address },
    isAskedFor: isWanted(gateway, address),
  };
}

const isWanted = ({ spec }: Gateway, address: string): boolean =>
  spec.addresses?.some(({ value }) => value === address) ?? false;

function whyNowhere(route: HTTPRoute, parents: readonly Parent[]): string {
  const { name } = route.metadata;
  const [first] = entrancesNamedBy(route);
  if (first === undefined) return `HTTPRoute ${name} names no Gateway.`;
  const [parent] = parents;
  return parent === undefined
    ? `${first.kind ?? 'Gateway'} ${first.name} of HTTPRoute ${name} does not exist.`
    : `Gateway ${parent.gateway.metadata.name} of HTTPRoute ${name} has no address.`;
}

function urlFor(
  { scheme, port, path }: RouteTarget,
  route: HTTPRoute | undefined,
  host: string,
  listener?: GatewayListener,
): string {
  const own = listener !== undefined && speaksTLS(listener) ? 'HTTPS' : 'HTTP';
  const [first] = route?.spec.rules ?? [];
  const { value = '/' } = first?.matches?.[0]?.path ?? {};
  return urlOf(scheme ?? own, host, port ?? listener?.port, path ?? literalStart(value));
}
