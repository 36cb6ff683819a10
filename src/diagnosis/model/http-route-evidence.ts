import type {
  Gateway,
  GatewayClass,
  HTTPBackendRef,
  HTTPRoute,
  HTTPRouteMatch,
  HTTPRouteRule,
  ParentReference,
  RouteParentStatus,
} from './gateway-api.ts';
import type { Condition, Service } from './kubernetes.ts';
import type { ObjectReference } from './reference.ts';

/** A rule of an HTTPRoute that takes a request, by the Gateway API's own rules. */
export interface HTTPRouteClaim {
  readonly route: HTTPRoute;
  readonly rule: HTTPRouteRule;
  /** That of several matches of the rule which takes it; one without any conditions where the rule has none. */
  readonly match: HTTPRouteMatch;
  /** `spec.rules[0]` */
  readonly field: string;
}

export interface HTTPRouteEvidence {
  /** The HTTPRoute of `httpRouteRef`, or every one that takes the request's host, the closest first. */
  readonly candidates: readonly HTTPRoute[];
  /** Absent when no rule of the candidates is known to take the request. */
  readonly match?: HTTPRouteClaim;
  /** The first in order takes the request before the others; empty where nobody else claims it. */
  readonly rivals: readonly HTTPRouteClaim[];
  /** The HTTPRoute that `httpRouteRef` names and that does not exist. */
  readonly missing?: ObjectReference;
  /** False where the cluster does not even know the Gateway API. */
  readonly isInstalled: boolean;
  /** HTTPRoutes of the probe's namespace that are no candidates: where a misspelt name or host may belong. */
  readonly others: readonly HTTPRoute[];
}

/** A Gateway to which the HTTPRoute wants to be attached. */
export interface RouteParent {
  readonly parentRef: ParentReference;
  /** `spec.parentRefs[0]` */
  readonly field: string;
  readonly reference: ObjectReference;
  /** Absent when it was looked for and does not exist. */
  readonly gateway?: Gateway;
  /** What the HTTPRoute names in place of the Gateway; of that, only the listeners of the set are kept. */
  readonly listenerSet?: { readonly reference: ObjectReference; readonly conditions?: readonly Condition[] };
  /** What the controller says of this attachment; absent where none has said anything. */
  readonly status?: RouteParentStatus;
}

export interface GatewaysEvidence {
  readonly route: HTTPRoute;
  /** Those that the probe means, in the HTTPRoute's order; parents of other kinds are left out. */
  readonly parents: readonly RouteParent[];
  /** Of those that exist, the one to which the request went, as far as that can be told. */
  readonly asked?: RouteParent & { readonly gateway: Gateway };
  /** Names of the Gateways of the HTTPRoute's namespace, for naming the nearest one. */
  readonly existing: readonly string[];
}

export interface GatewayClassEvidence {
  readonly gateway: Gateway;
  /** Absent when it does not exist. */
  readonly gatewayClass?: GatewayClass;
  /** Names of the classes that exist. */
  readonly existing: readonly string[];
}

/** A Service behind the rule that takes the request. */
export interface RouteBackend {
  readonly backendRef: HTTPBackendRef;
  /** `spec.rules[0].backendRefs[1]` */
  readonly field: string;
  readonly reference: ObjectReference;
  /** Absent when it does not exist, or is none. */
  readonly service?: Service;
  readonly hasReadyEndpoints: boolean;
  /** Names of the Services of its namespace. */
  readonly otherServices: readonly string[];
}
