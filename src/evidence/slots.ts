import type { SlotName } from '../diagnosis/model/evidence.ts';
import { found } from '../diagnosis/model/lookup.ts';
import { askedByProbe } from './destination.ts';
import type { SlotReader } from './slot-context.ts';
import { readAccessLog } from './slots/access-log.ts';
import { readALB, readALBIngresses } from './slots/alb.ts';
import { readAnnotatedSecrets } from './slots/annotated-secrets.ts';
import { readAnswerText } from './slots/answer-text.ts';
import { readAskedNode, readControllerNodes } from './slots/asked-node.ts';
import { readAuthService } from './slots/auth-service.ts';
import { readAutoscalers } from './slots/autoscalers.ts';
import { readBackendTLSPolicies } from './slots/backend-tls-policies.ts';
import { readCertificates } from './slots/certificates.ts';
import { readControllerPods } from './slots/controller-pods.ts';
import { readControllerServices } from './slots/controller-services.ts';
import { readControllerWorkload } from './slots/controller-workload.ts';
import { readDependencies } from './slots/dependencies.ts';
import { readDials } from './slots/dials.ts';
import { readEndpoints } from './slots/endpoints.ts';
import { readEvents } from './slots/events.ts';
import { readExternalAddresses } from './slots/external-addresses.ts';
import { readGatewayClass } from './slots/gateway-class.ts';
import { readGateways } from './slots/gateways.ts';
import { readHealth } from './slots/health.ts';
import { readHealthCheckedBy } from './slots/health-checked-by.ts';
import { readHops } from './slots/hops.ts';
import { readHostRecords } from './slots/host-records.ts';
import { readHTTPRoute } from './slots/http-route.ts';
import { readIngress } from './slots/ingress.ts';
import { readControllerDeployments, readIngressClass } from './slots/ingress-class.ts';
import { readListeners } from './slots/listeners.ts';
import { readLoadBalancer } from './slots/load-balancer.ts';
import { readLogs } from './slots/logs.ts';
import { readNeighbours } from './slots/neighbours.ts';
import { readNetworkAgents } from './slots/network-agents.ts';
import { readNetworkPolicies } from './slots/network-policies.ts';
import { readNodeEntry } from './slots/node-entry.ts';
import { readNodes } from './slots/nodes.ts';
import { readOwnPods } from './slots/own-pods.ts';
import { readPodMetrics } from './slots/pod-metrics.ts';
import { readPods } from './slots/pods.ts';
import { readReferenceGrants } from './slots/reference-grants.ts';
import { readRepeat } from './slots/repeat.ts';
import { readRequest } from './slots/request.ts';
import { readRouteBackends } from './slots/route-backends.ts';
import { readSecurityGroups } from './slots/security-groups.ts';
import { readServedSiblings } from './slots/served-siblings.ts';
import { readService } from './slots/service.ts';
import { readTargetGroupBindings } from './slots/target-group-bindings.ts';
import { readTargetGroups } from './slots/target-groups.ts';
import { readTLSSecret } from './slots/tls-secret.ts';
import { readWAFRequests } from './slots/waf-requests.ts';
import { readWebACL } from './slots/web-acl.ts';
import { readWorkloads } from './slots/workloads.ts';

/** How each slot of evidence is filled. */
export const SLOTS: { readonly [K in SlotName]: SlotReader<K> } = {
  observation: async ({ observation }) => found(observation),
  request: readRequest,
  home: async ({ probe }) => found(probe.namespace),
  statusProbe: async (context) => found(askedByProbe(context)),
  failingSince: async ({ probe, observation }) => found(probe.failingSince ?? observation.time),
  hostRecords: readHostRecords,
  ingress: readIngress,
  ingressClass: readIngressClass,
  servedSiblings: readServedSiblings,
  controllerPods: readControllerPods,
  controllerNodes: readControllerNodes,
  controllerDeployments: readControllerDeployments,
  controllerServices: readControllerServices,
  controllerWorkload: readControllerWorkload,
  authService: readAuthService,
  httpRoute: readHTTPRoute,
  gateways: readGateways,
  gatewayClass: readGatewayClass,
  routeBackends: readRouteBackends,
  referenceGrants: readReferenceGrants,
  backendTLSPolicies: readBackendTLSPolicies,
  service: readService,
  externalAddresses: readExternalAddresses,
  nodeEntry: readNodeEntry,
  askedNode: readAskedNode,
  endpoints: readEndpoints,
  pods: readPods,
  podMetrics: readPodMetrics,
  ownPods: readOwnPods,
  neighbours: readNeighbours,
  workloads: readWorkloads,
  autoscalers: readAutoscalers,
  networkPolicies: readNetworkPolicies,
  networkAgents: readNetworkAgents,
  tlsSecret: readTLSSecret,
  annotatedSecrets: readAnnotatedSecrets,
  events: readEvents,
  nodes: readNodes,
  dials: readDials,
  hops: readHops,
  repeat: readRepeat,
  health: readHealth,
  logs: readLogs,
  answerText: readAnswerText,
  dependencies: readDependencies,
  alb: readALB,
  healthCheckedBy: readHealthCheckedBy,
  albIngresses: readALBIngresses,
  targetGroupBindings: readTargetGroupBindings,
  loadBalancer: readLoadBalancer,
  listeners: readListeners,
  targetGroups: readTargetGroups,
  certificates: readCertificates,
  securityGroups: readSecurityGroups,
  webACL: readWebACL,
  wafRequests: readWAFRequests,
  accessLog: readAccessLog,
};
