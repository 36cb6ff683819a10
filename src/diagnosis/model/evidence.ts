import type { ALBEvidence } from './alb-evidence.ts';
import type { AuthServiceEvidence } from './auth-service.ts';
import type { HorizontalPodAutoscaler } from './autoscaler.ts';
import type {
  AccessLogEntry,
  Certificate,
  Listener,
  LoadBalancerEvidence,
  SecurityGroupsEvidence,
  TargetGroup,
  WAFRequest,
  WebACLEvidence,
} from './aws.ts';
import type { ControllerServices } from './controller-services.ts';
import type { ControllerWorkload } from './controller-workload.ts';
import type { Dependency } from './dependency.ts';
import type { BackendTLSPolicy, ReferenceGrant } from './gateway-api.ts';
import type { HealthAnswer } from './health-answer.ts';
import type { HostRecords } from './host-records.ts';
import type {
  GatewayClassEvidence,
  GatewaysEvidence,
  HTTPRouteEvidence,
  RouteBackend,
} from './http-route-evidence.ts';
import type { IngressClassEvidence, IngressEvidence } from './ingress-evidence.ts';
import type { Ingress, KubernetesEvent, Node, TargetGroupBinding, Workload } from './kubernetes.ts';
import type { Lookup } from './lookup.ts';
import type { NetworkPolicyEvidence } from './network-policy.ts';
import type { NodeEntry } from './node-entry.ts';
import type { Observation } from './observation.ts';
import type { Pod } from './pod.ts';
import type { PodMetrics } from './pod-metrics.ts';
import type { ObjectReference } from './reference.ts';
import type {
  Dial,
  HopAnswer,
  LogExcerpt,
  PodsEvidence,
  RoutedRequest,
  RouteEndpoint,
  ServiceEvidence,
} from './route-evidence.ts';
import type { TLSSecretEvidence } from './tls-secret.ts';
import type { WorkloadsEvidence } from './workloads-evidence.ts';

/** Everything a check can ask for, by slot. */
export interface Evidence {
  readonly observation: Observation;
  readonly request: RoutedRequest;
  /** The probe's own namespace: references outside it carry their namespace. */
  readonly home: string;
  /** The StatusProbe that asks. */
  readonly statusProbe: ObjectReference;
  /** RFC 3339: when the present row of failures began. */
  readonly failingSince: string;
  /** Applies only where an Ingress or Gateway with an address serves the host. */
  readonly hostRecords: HostRecords;
  readonly ingress: IngressEvidence;
  readonly ingressClass: IngressClassEvidence;
  /** Pods that look like the controller of the Ingress' class (by image or labels), whatever their namespace. */
  readonly controllerPods: readonly Pod[];
  /** Ingresses of the namespace of classes that are served; applies only where no Pod of the own class' is seen. */
  readonly servedSiblings: readonly Ingress[];
  /** Nodes on which these are; applies, as `askedNode` does, only where no connection to a Node came about. */
  readonly controllerNodes: readonly Node[];
  /** Deployments that look like it; none proves nothing. Applies only to a class whose controller is known. */
  readonly controllerDeployments: readonly Workload[];
  /** Applies only where an address or record is missing, to a controller behind such Services. */
  readonly controllerServices: ControllerServices;
  /** Applies only where none of the controller's Pods is ready and one workload alone can be meant to run it. */
  readonly controllerWorkload: ControllerWorkload;
  /** Applies only where the controller may have answered because a Service of the cluster could not be asked. */
  readonly authService: AuthServiceEvidence;
  /** In place of `ingress` where a Gateway takes the request; the four slots below need it. */
  readonly httpRoute: HTTPRouteEvidence;
  readonly gateways: GatewaysEvidence;
  /** Of the Gateway that takes the request. */
  readonly gatewayClass: GatewayClassEvidence;
  /** What the rule that takes the request names, Services of any weight and others. */
  readonly routeBackends: readonly RouteBackend[];
  /** Of the namespaces into which the rule's backends lead; not applicable where they all stay in their own. */
  readonly referenceGrants: readonly ReferenceGrant[];
  /** Those that name the Service to which the HTTPRoute sends. */
  readonly backendTLSPolicies: readonly BackendTLSPolicy[];
  readonly service: ServiceEvidence;
  /** What DNS has for the name that the Service stands for; applies only to a name of no Service of the cluster. */
  readonly externalAddresses: readonly string[];
  /** Applies only where no connection came about at a Node's own address. */
  readonly nodeEntry: NodeEntry;
  /** The Node to whose own address no connection came about. */
  readonly askedNode: Node;
  readonly endpoints: readonly RouteEndpoint[];
  readonly pods: PodsEvidence;
  /** Of Pods with limits; applies only where a lack of CPU or memory may be what is wrong. */
  readonly podMetrics: readonly PodMetrics[];
  /** The running Pods of statusprobe itself, which probe, dial and ask; empty where it runs elsewhere. */
  readonly ownPods: readonly Pod[];
  /** Every Pod of the Service's namespace. */
  readonly neighbours: readonly Pod[];
  readonly workloads: WorkloadsEvidence;
  /** Those of the workloads behind the Service; there is at least one. */
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
  /** Applies only where the certificate may be what is wrong. */
  readonly tlsSecret: TLSSecretEvidence;
  /** Whether the Secrets exist that annotations of the Ingress name, by annotation; applies only where it may deny requests. */
  readonly annotatedSecrets: Readonly<Record<string, boolean>>;
  /** Applies only where there is a policy in one of the namespaces. */
  readonly networkPolicies: NetworkPolicyEvidence;
  /** Pods of the network's own agents; applies only to a Node whose endpoints alone take no connection. */
  readonly networkAgents: readonly Pod[];
  /** Events of the route's Pods and their workloads, newest first. */
  readonly events: readonly KubernetesEvent[];
  /** Nodes on which the route's Pods run, by name. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly dials: readonly Dial[];
  readonly hops: readonly HopAnswer[];
  /** What the probe sees when it asks once more; applies, as `health` does, only where an answer came too late. */
  readonly repeat: Observation;
  readonly health: readonly HealthAnswer[];
  readonly logs: readonly LogExcerpt[];
  /** What an answer that says no says in its body, redacted, on one line of at most 256 bytes. */
  readonly answerText: string;
  /** Services that the application says it does not reach; applies only where it says so of any. */
  readonly dependencies: readonly Dependency[];
  /** Applies only where a load balancer of AWS stands on the way; all slots below need it. */
  readonly alb: ALBEvidence;
  /** The load balancer that checks the Pods' health: `alb`, or one that the request goes past while all Pods wait for its word. */
  readonly healthCheckedBy: ALBEvidence;
  /** All Ingresses of which AWS' controller made this load balancer, that of the route among them. */
  readonly albIngresses: readonly Ingress[];
  /** Those of the route's Service. */
  readonly targetGroupBindings: readonly TargetGroupBinding[];
  readonly loadBalancer: LoadBalancerEvidence;
  readonly listeners: readonly Listener[];
  /** Those of the bindings of the route's Service, else all that the load balancer's rules send to. */
  readonly targetGroups: readonly TargetGroup[];
  /** Of the listener for the port that was asked; applies only where the certificate may be what is wrong. */
  readonly certificates: readonly Certificate[];
  /** Applies only where the load balancer gets no answer from a target. */
  readonly securityGroups: SecurityGroupsEvidence;
  readonly webACL: WebACLEvidence;
  /** What AWS WAF did with requests of this probe, newest first. */
  readonly wafRequests: readonly WAFRequest[];
  /** What the load balancer wrote of requests of this probe, newest first. */
  readonly accessLog: readonly AccessLogEntry[];
}

export type SlotName = keyof Evidence;

/** A slot that this route does not have (no Ingress on the way of a `serviceRef`); checks that need it do not apply. */
export interface NotApplicable {
  readonly ok: false;
  readonly reason: 'NotApplicable';
}

export const NOT_APPLICABLE: NotApplicable = { ok: false, reason: 'NotApplicable' };

export type Slot<T> = Lookup<T> | NotApplicable;

/** Evidence as it was gathered: each slot is a value, not applicable, or the reason why nobody could look. */
export type Gathered = { readonly [K in SlotName]?: Slot<Evidence[K]> };

/** The slots that draw the request's way; `locate` fills them before checks are chosen. */
export const ROUTE_SLOTS = [
  'observation',
  'request',
  'home',
  'ingress',
  'httpRoute',
  'gateways',
  'service',
  'endpoints',
  'pods',
] as const satisfies readonly SlotName[];

/** Where another of several Services takes the request: what says so, in place of what the route said. */
export type Detour = Pick<Gathered, 'ingress' | 'routeBackends'>;

export type Route = Required<Pick<Gathered, (typeof ROUTE_SLOTS)[number]>>;
