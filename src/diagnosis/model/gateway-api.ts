import type { Condition, KubernetesObject } from './kubernetes.ts';

/** Objects of `gateway.networking.k8s.io`, with its own names; only what statusprobe reads. */

export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  /** Name of a listener. */
  readonly sectionName?: string;
  readonly port?: number;
}

export interface RouteParentStatus {
  readonly parentRef: ParentReference;
  readonly conditions?: readonly Condition[];
}

export interface HTTPBackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly port?: number;
  readonly weight?: number;
}

export interface HTTPPathModifier {
  readonly type: string;
  readonly replaceFullPath?: string;
  readonly replacePrefixMatch?: string;
}

export interface HTTPRequestRedirect {
  readonly scheme?: string;
  readonly hostname?: string;
  readonly path?: HTTPPathModifier;
  readonly port?: number;
}

export interface HTTPRouteFilter {
  readonly type: string;
  readonly requestRedirect?: HTTPRequestRedirect;
  readonly urlRewrite?: { readonly hostname?: string; readonly path?: HTTPPathModifier };
}

/** Without the value that it must have: a probe's own cannot be seen. */
interface NamedMatch {
  readonly name: string;
}

export interface HTTPRouteMatch {
  readonly path?: { readonly type?: string; readonly value?: string };
  readonly method?: string;
  readonly headers?: readonly NamedMatch[];
  readonly queryParams?: readonly NamedMatch[];
}

export interface HTTPRouteRule {
  readonly matches?: readonly HTTPRouteMatch[];
  readonly filters?: readonly HTTPRouteFilter[];
  readonly backendRefs?: readonly HTTPBackendRef[];
  /** Durations such as `1m30s`; `0s` is none. */
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
}

export interface HTTPRoute extends KubernetesObject {
  readonly spec: {
    readonly parentRefs?: readonly ParentReference[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly HTTPRouteRule[];
  };
  readonly status?: { readonly parents?: readonly RouteParentStatus[] };
}

export interface GatewayListener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  /** `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP` or a controller's own. */
  readonly protocol: string;
  readonly tls?: {
    readonly certificateRefs?: readonly { readonly namespace?: string; readonly name: string }[];
  };
}

export interface GatewayAddress {
  /** An IP address or a host name. */
  readonly value?: string;
}

export interface Gateway extends KubernetesObject {
  readonly spec: {
    readonly gatewayClassName: string;
    readonly listeners: readonly GatewayListener[];
    /** Addresses that its owner asks for; some controllers publish them unseen. */
    readonly addresses?: readonly GatewayAddress[];
  };
  readonly status?: {
    readonly addresses?: readonly GatewayAddress[];
    readonly conditions?: readonly Condition[];
    readonly listeners?: readonly { readonly name: string; readonly conditions?: readonly Condition[] }[];
    /** How many ListenerSets add listeners of their own. */
    readonly attachedListenerSets?: number;
  };
}

export interface GatewayClass extends KubernetesObject {
  readonly spec: { readonly controllerName: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Adds listeners to a Gateway; an HTTPRoute may name it as its parent. */
export interface ListenerSet extends KubernetesObject {
  readonly spec: { readonly parentRef: ParentReference; readonly listeners: readonly GatewayListener[] };
  readonly status?: Pick<NonNullable<Gateway['status']>, 'conditions' | 'listeners'>;
}

/** Lets a Gateway ask a Service over TLS. */
export interface BackendTLSPolicy extends KubernetesObject {
  readonly spec: {
    readonly targetRefs: readonly {
      readonly group?: string;
      readonly kind: string;
      readonly name: string;
      /** Name of a port. */
      readonly sectionName?: string;
    }[];
    readonly validation?: {
      readonly hostname?: string;
      /** In place of the hostname, where there are any. */
      readonly subjectAltNames?: readonly { readonly type: string; readonly hostname?: string }[];
    };
  };
  readonly status?: {
    readonly ancestors?: readonly {
      readonly ancestorRef: ParentReference;
      readonly conditions?: readonly Condition[];
    }[];
  };
}

/** Lets objects of other namespaces refer to objects of its own. */
export interface ReferenceGrant extends KubernetesObject {
  readonly spec: {
    readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
    readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
  };
}
