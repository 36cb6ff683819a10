import type { HorizontalPodAutoscaler } from '../../diagnosis/model/autoscaler.ts';
import type {
  BackendTLSPolicy,
  Gateway,
  GatewayClass,
  HTTPRoute,
  ListenerSet,
  ReferenceGrant,
} from '../../diagnosis/model/gateway-api.ts';
import type {
  EndpointSlice,
  Ingress,
  IngressClass,
  KubernetesEvent,
  KubernetesObject,
  Node,
  Service,
  TargetGroupBinding,
  Workload,
} from '../../diagnosis/model/kubernetes.ts';
import type { NetworkPolicy } from '../../diagnosis/model/network-policy.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import type { PodMetrics } from '../../diagnosis/model/pod-metrics.ts';
import type { TLSSecret } from '../../diagnosis/model/tls-secret.ts';
import {
  BACKEND_TLS_POLICIES,
  DAEMON_SETS,
  DEPLOYMENTS,
  EKS_TARGET_GROUP_BINDINGS,
  ENDPOINT_SLICES,
  EVENTS,
  GATEWAY_CLASSES,
  GATEWAYS,
  HORIZONTAL_POD_AUTOSCALERS,
  HTTP_ROUTES,
  INGRESS_CLASSES,
  INGRESSES,
  LISTENER_SETS,
  NAMESPACES,
  NETWORK_POLICIES,
  NODES,
  POD_METRICS,
  PODS,
  REFERENCE_GRANTS,
  REPLICA_SETS,
  type Resource,
  SECRETS,
  SERVICES,
  STATEFUL_SETS,
  TARGET_GROUP_BINDINGS,
} from '../../kubernetes/resources.ts';
import { toEvent } from './events.ts';
import {
  BACKEND_TLS_POLICY,
  GATEWAY,
  GATEWAY_CLASS,
  HTTP_ROUTE,
  LISTENER_SET,
  REFERENCE_GRANT,
} from './gateway-projections.ts';
import { toPod } from './pods.ts';
import { HORIZONTAL_POD_AUTOSCALER, NETWORK_POLICY } from './policy-projections.ts';
import {
  ENDPOINT_SLICE,
  IDENTITY,
  INGRESS,
  INGRESS_CLASS,
  METRICS_OF_POD,
  NODE,
  POD,
  SERVICE,
  TARGET_GROUP_BINDING,
  WORKLOAD,
} from './projections.ts';
import { keepShape, type Shape } from './shape.ts';
import { toTLSSecret } from './tls-secrets.ts';

/** What can be looked up, and as what it comes. */
export interface ObjectsByKind {
  readonly Namespace: KubernetesObject;
  readonly Node: Node;
  readonly Pod: Pod;
  readonly PodMetrics: PodMetrics;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
  readonly Ingress: Ingress;
  readonly IngressClass: IngressClass;
  readonly HTTPRoute: HTTPRoute;
  readonly Gateway: Gateway;
  readonly GatewayClass: GatewayClass;
  readonly ReferenceGrant: ReferenceGrant;
  readonly ListenerSet: ListenerSet;
  readonly BackendTLSPolicy: BackendTLSPolicy;
  readonly Deployment: Workload;
  readonly ReplicaSet: Workload;
  readonly StatefulSet: Workload;
  readonly DaemonSet: Workload;
  readonly HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  readonly NetworkPolicy: NetworkPolicy;
  readonly Secret: TLSSecret;
  readonly Job: KubernetesObject;
  readonly TargetGroupBinding: TargetGroupBinding;
  /** `TargetGroupBinding` of EKS Auto Mode, which in a dump is one like the other. */
  readonly EKSTargetGroupBinding: TargetGroupBinding;
  readonly Event: KubernetesEvent;
}

export type Kind = keyof ObjectsByKind;

export interface KindDefinition<T> {
  readonly resource: Resource;
  /** The fields that a raw object may have for us; absent where they are not simply kept. */
  readonly shape?: Shape<T>;
  /** Keeps of a raw object what checks read. */
  project(raw: unknown): T;
}

const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function withoutCopy<T extends KubernetesObject>(object: T): T {
  const { [LAST_APPLIED]: copy, ...annotations } = object.metadata.annotations ?? {};
  return copy === undefined ? object : { ...object, metadata: { ...object.metadata, annotations } };
}

/** Lists leave out `kind` on their items: it is put back, since a Workload tells itself by it. */
const kept = <T extends KubernetesObject>(resource: Resource, shape: Shape<T>): KindDefinition<T> => ({
  resource,
  shape,
  project: (raw) => ({ ...withoutCopy(keepShape(shape, raw)), kind: resource.kind }),
});

/** Every kind that evidence is made of: where it is read and what is kept of it. */
export const KINDS: { readonly [K in Kind]: KindDefinition<ObjectsByKind[K]> } = {
  Namespace: kept(NAMESPACES, IDENTITY),
  Node: kept(NODES, NODE),
  Pod: { resource: PODS, shape: POD, project: toPod },
  PodMetrics: kept(POD_METRICS, METRICS_OF_POD),
  Service: kept(SERVICES, SERVICE),
  EndpointSlice: kept(ENDPOINT_SLICES, ENDPOINT_SLICE),
  Ingress: kept(INGRESSES, INGRESS),
  IngressClass: kept(INGRESS_CLASSES, INGRESS_CLASS),
  HTTPRoute: kept(HTTP_ROUTES, HTTP_ROUTE),
  Gateway: kept(GATEWAYS, GATEWAY),
  GatewayClass: kept(GATEWAY_CLASSES, GATEWAY_CLASS),
  ReferenceGrant: kept(REFERENCE_GRANTS, REFERENCE_GRANT),
  ListenerSet: kept(LISTENER_SETS, LISTENER_SET),
  BackendTLSPolicy: kept(BACKEND_TLS_POLICIES, BACKEND_TLS_POLICY),
  Deployment: kept(DEPLOYMENTS, WORKLOAD),
  ReplicaSet: kept(REPLICA_SETS, WORKLOAD),
  StatefulSet: kept(STATEFUL_SETS, WORKLOAD),
  DaemonSet: kept(DAEMON_SETS, WORKLOAD),
  HorizontalPodAutoscaler: kept(HORIZONTAL_POD_AUTOSCALERS, HORIZONTAL_POD_AUTOSCALER),
  NetworkPolicy: kept(NETWORK_POLICIES, NETWORK_POLICY),
  Secret: { resource: SECRETS, project: toTLSSecret },
  Job: kept(JOBS, IDENTITY),
  TargetGroupBinding: kept(TARGET_GROUP_BINDINGS, TARGET_GROUP_BINDING),
  EKSTargetGroupBinding: kept(EKS_TARGET_GROUP_BINDINGS, TARGET_GROUP_BINDING),
  Event: { resource: EVENTS, project: toEvent },
};

export const isKind = (text: string): text is Kind => Object.hasOwn(KINDS, text);
