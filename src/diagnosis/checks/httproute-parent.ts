import { defineCheck, type Symptom } from '../model/check.ts';
import { NOT_ROUTED } from '../model/consequences.ts';
import type { Gateway, HTTPRoute, ParentReference } from '../model/gateway-api.ts';
import type { GatewaysEvidence, RouteParent } from '../model/http-route-evidence.ts';
import type { Condition } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { conditionOf, isTrue, selects } from '../topology/gateway-listeners.ts';
import { hostnameRank } from '../topology/route-hosts.ts';

const UNROUTED: readonly Symptom[] = ['NoAddress', 'TLS', 'Connection', 404];
const COMMAND = "kubectl -n '{namespace}' get httproute '{route}' -o yaml";

const refusal = <const Message extends string, const Fix extends string>(message: Message, fix: Fix) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message,
    fix,
    command: COMMAND,
    explains: UNROUTED,
    leadsTo: NOT_ROUTED,
  }) as const;

/** Without a Gateway a record for its hosts has nothing to lead to either. */
const nowhere = <const Message extends string, const Fix extends string>(message: Message, fix: Fix) =>
  ({ ...refusal(message, fix), leadsTo: [...NOT_ROUTED, 'HostNotFound'] }) as const;

/** By the reasons of the condition Accepted. */
const REASONS = {
  NoMatchingParent: 'ListenerNotFound',
  NotAllowedByListeners: 'HTTPRouteNotAllowed',
  NoMatchingListenerHostname: 'HostnameOnNoListener',
} as const;

const isKnown = (reason: string): reason is keyof typeof REASONS => reason in REASONS;

/** Some controllers say of a listener that does not work what others say of one that is not there. */
function isThere(
  reason: keyof typeof REASONS,
  gateway: Gateway,
  parentRef: ParentReference,
  route: HTTPRoute,
) {
  const named = gateway.spec.listeners.filter((listener) => selects(parentRef, listener));
  if (reason === 'NoMatchingParent') return named.length > 0;
  const hosts = route.spec.hostnames ?? [];
  return (
    reason === 'NoMatchingListenerHostname' &&
    named.some(({ hostname }) => hosts.some((host) => hostnameRank(hostname, host) !== undefined))
  );
}

type FaultOfSet = 'ListenerSetNotAccepted' | 'ListenerSetNotHandled';

const faultOfSet = (set: NonNullable<RouteParent['listenerSet']>): FaultOfSet =>
  conditionOf(set, 'Accepted')?.status === 'False' ? 'ListenerSetNotAccepted' : 'ListenerSetNotHandled';

/** What is wrong with the attachment; undefined where the controller accepts it. */
function faultOf({ gateway, parentRef, status, listenerSet }: RouteParent, route: HTTPRoute) {
  if (gateway === undefined) return 'GatewayNotFound';
  if (listenerSet !== undefined && !isTrue(listenerSet, 'Accepted')) return faultOfSet(listenerSet);
  const accepted = conditionOf(status, 'Accepted');
  if (accepted === undefined) return 'HTTPRouteNotHandled';
  if (accepted.status === 'True') return undefined;
  const { reason = '' } = accepted;
  const isListeners = isKnown(reason) && !isThere(reason, gateway, parentRef, route);
  return isListeners ? REASONS[reason] : 'HTTPRouteNotAccepted';
}

/** The parent to which the request went, else the first of which the Gateway does not exist. */
const faultyParent = ({ asked, parents }: GatewaysEvidence): RouteParent | undefined => asked ?? parents[0];

/** In what words the set of listeners, or else the attachment, is refused. */
const refusalOf = ({ listenerSet, status }: RouteParent): Condition | undefined =>
  [listenerSet, status]
    .map((holder) => conditionOf(holder, 'Accepted'))
    .find((accepted) => accepted?.status === 'False');

const listenersOf = ({ gateway }: RouteParent): string =>
  (gateway?.spec.listeners ?? [])
    .map(({ name, hostname = 'any host' }) => `${name} (${hostname})`)
    .join(', ');

const askedListener = ({ sectionName, port }: RouteParent['parentRef']): string =>
  [sectionName, port === undefined ? undefined : `port ${port}`]
    .filter((part) => part !== undefined)
    .join(', ');

function slotsOf({ route, existing }: GatewaysEvidence, parent: RouteParent) {
  const { name: gateway } = parent.reference;
  const named = parent.listenerSet?.reference ?? parent.reference;
  return {
    gateway,
    parent: `${named.kind} ${named.name}`,
    field: parent.field,
    why: refusalOf(parent)?.reason ?? 'no reason given',
    suggested: nearest(gateway, existing) ?? 'one that exists',
    listeners: listenersOf(parent),
    asked: askedListener(parent.parentRef),
    hosts: (route.spec.hostnames ?? []).join(', '),
  };
}

/** What the controller says; it may name what is in another namespace. */
function toldBy(parent: RouteParent, namespace: string): readonly string[] {
  const { message = '' } = refusalOf(parent) ?? {};
  return message === '' || parent.reference.namespace !== namespace ? [] : [message];
}

const subjectOf = (fault: string, { listenerSet }: RouteParent, route: ObjectReference): ObjectReference =>
  listenerSet !== undefined && fault.startsWith('ListenerSet') ? listenerSet.reference : route;

export const httpRouteParent = defineCheck({
  id: 'httproute-parent',
  title: 'The HTTPRoute is attached to a Gateway',
  layer: 'Ingress',
  needs: ['gateways', 'observation', 'home'],
  reasons: {
    HTTPRouteHasNoParent: nowhere(
      'HTTPRoute {route} names no Gateway, so that nobody hands it requests',
      'Name the Gateway in spec.parentRefs of HTTPRoute {route}',
    ),
    GatewayNotFound: nowhere(
      'HTTPRoute {route} names {parent}, which does not exist',
      'Create {parent}, or name {suggested} in HTTPRoute {route}',
    ),
    ListenerSetNotAccepted: refusal(
      'The controller does not accept {parent}, by which HTTPRoute {route} is attached to Gateway {gateway}: {why}',
      'Admit {parent} in spec.allowedListeners of Gateway {gateway}, or mend it as the controller asks',
    ),
    ListenerSetNotHandled: refusal(
      'No controller has taken up {parent}, by which HTTPRoute {route} is attached to Gateway {gateway}',
      'Attach HTTPRoute {route} to Gateway {gateway} itself, or use a controller that knows ListenerSets',
    ),
    ListenerNotFound: refusal(
      'HTTPRoute {route} names a listener that Gateway {gateway} does not have: {asked}; it has {listeners}',
      'Name a listener of Gateway {gateway} in HTTPRoute {route}, or none for all of them',
    ),
    HTTPRouteNotAllowed: refusal(
      'No listener of the Gateway in {field} of HTTPRoute {route} admits HTTPRoutes of namespace {namespace}',
      'Admit namespace {namespace} in allowedRoutes of a listener of that Gateway',
    ),
    HostnameOnNoListener: refusal(
      'No listener of Gateway {gateway} takes a host name of HTTPRoute {route}; it has {listeners}',
      'Add a listener for {hosts} to Gateway {gateway}, or give HTTPRoute {route} host names that it has',
    ),
    HTTPRouteNotAccepted: refusal(
      'The controller does not accept HTTPRoute {route} at the Gateway in {field}: {why}',
      'Mend HTTPRoute {route} as the controller asks',
    ),
    HTTPRouteNotHandled: refusal(
      'No controller has taken up HTTPRoute {route} for the Gateway in {field}',
      'See whether the controller of that Gateway runs and what its log says of HTTPRoute {route}',
    ),
  },
  run({ gateways, observation, home }, report) {
    if (answeredByApplication(observation)) return [];
    const { route } = gateways;
    const { name, namespace = home } = route.metadata;
    const at = { kind: 'HTTPRoute', ...route.metadata };
    const base = { route: name, namespace };
    if ((route.spec.parentRefs ?? []).length === 0) {
      const subject = referenceTo(at, home, 'spec.parentRefs');
      return [report('HTTPRouteHasNoParent', { subject, slots: base })];
    }
    const parent = faultyParent(gateways);
    const fault = parent && faultOf(parent, route);
    if (parent === undefined || fault === undefined) return [];
    return [
      report(fault, {
        subject: subjectOf(fault, parent, referenceTo(at, home, parent.field)),
        slots: { ...base, ...slotsOf(gateways, parent) },
        evidence: toldBy(parent, namespace),
        // Another controller may serve it without a word.
        confidence: fault.endsWith('NotHandled') ? 'Medium' : 'High',
      }),
    ];
  },
});
