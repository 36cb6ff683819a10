import type {
  Gateway,
  GatewayListener,
  HTTPRoute,
  ParentReference,
  RouteParentStatus,
} from '../model/gateway-api.ts';
import type { GatewaysEvidence, RouteParent } from '../model/http-route-evidence.ts';
import type { Condition } from '../model/kubernetes.ts';
import { type Observation, remoteIP } from '../model/observation.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { hostnameRank } from './route-hosts.ts';

const GATEWAY_GROUP = 'gateway.networking.k8s.io';

const SCHEMES: Readonly<Record<string, string>> = { HTTP: 'http', HTTPS: 'https', TLS: 'https' };

type Entrance = Pick<RoutedRequest, 'scheme' | 'port'>;

export const isGateway = ({ group = GATEWAY_GROUP, kind = 'Gateway' }: ParentReference): boolean =>
  group === GATEWAY_GROUP && kind === 'Gateway';

/** It stands for its Gateway, with listeners of its own. */
export const isListenerSet = ({ group = GATEWAY_GROUP, kind }: ParentReference): boolean =>
  group === GATEWAY_GROUP && kind === 'ListenerSet';

/** A mesh routes between Pods; nobody comes in by it. */
export const isMesh = ({ kind }: ParentReference): boolean => kind === 'Service';

export const speaksTLS = ({ protocol }: GatewayListener): boolean => SCHEMES[protocol] === 'https';

/** A listener that an HTTPRoute names, or any. */
export const selects = ({ sectionName, port }: ParentReference, listener: GatewayListener): boolean =>
  (sectionName === undefined || sectionName === listener.name) &&
  (port === undefined || port === listener.port);

/**
 * The listeners at which a request comes in: of its scheme and port; where none has this port, which a load balancer may
 * map, of its scheme; where none has that either, TLS may end before the Gateway, and it can be any.
 */
export function listenersFor({ spec }: Gateway, { scheme, port }: Entrance): readonly GatewayListener[] {
  const all = spec.listeners.filter(({ protocol }) => SCHEMES[protocol] !== undefined);
  const ofScheme = all.filter(({ protocol }) => SCHEMES[protocol] === scheme);
  const ofPort = ofScheme.filter((listener) => listener.port === port);
  return [ofPort, ofScheme, all].find(({ length }) => length > 0) ?? [];
}

/** The listeners through which an HTTPRoute takes a request for a host. */
export const listenersOf = (
  gateway: Gateway,
  parentRef: ParentReference,
  request: Entrance & Pick<RoutedRequest, 'host'>,
): readonly GatewayListener[] =>
  listenersFor(gateway, request).filter(
    (listener) => selects(parentRef, listener) && hostnameRank(listener.hostname, request.host) !== undefined,
  );

const isSame = (a: ParentReference, b: ParentReference, home: string | undefined): boolean =>
  a.name === b.name &&
  (a.namespace ?? home) === (b.namespace ?? home) &&
  (a.kind ?? 'Gateway') === (b.kind ?? 'Gateway') &&
  a.sectionName === b.sectionName &&
  a.port === b.port;

export const conditionOf = (
  holder: { readonly conditions?: readonly Condition[] } | undefined,
  type: string,
): Condition | undefined => holder?.conditions?.find((condition) => condition.type === type);

export const isTrue = (
  holder: { readonly conditions?: readonly Condition[] } | undefined,
  type: string,
): boolean => conditionOf(holder, type)?.status === 'True';

/** What a controller says of an attachment; of several controllers, the one that accepts it. */
export function parentStatus(
  { metadata, status }: HTTPRoute,
  parentRef: ParentReference,
): RouteParentStatus | undefined {
  const own = (status?.parents ?? []).filter((each) => isSame(each.parentRef, parentRef, metadata.namespace));
  return own.find((each) => isTrue(each, 'Accepted')) ?? own[0];
}

/** IP addresses and names under which a Gateway is reached. */
export const gatewayAddresses = ({ status }: Gateway): readonly string[] =>
  (status?.addresses ?? []).flatMap(({ value = '' }) => (value === '' ? [] : [value]));

/**
 * The Gateway to which the request went: by the address that answered; of several, one with a listener for the request
 * that has accepted the HTTPRoute.
 */
export function askedParent(
  parents: readonly RouteParent[],
  observation: Observation,
  request: RoutedRequest,
): GatewaysEvidence['asked'] {
  const remote = remoteIP(observation) ?? '';
  const existing = parents.flatMap(({ gateway, ...rest }) =>
    gateway === undefined ? [] : { ...rest, gateway },
  );
  const weight = ({ gateway, parentRef, status }: (typeof existing)[number]): number =>
    8 * Number(gatewayAddresses(gateway).includes(remote)) +
    4 * Number(listenersOf(gateway, parentRef, request).length > 0) +
    2 * Number(isTrue(status, 'Accepted')) +
    Number(gatewayAddresses(gateway).length > 0);
  return existing.toSorted((a, b) => weight(b) - weight(a))[0];
}
