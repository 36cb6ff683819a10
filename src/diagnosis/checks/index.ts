import { albAccessLog } from './alb-access-log.ts';
import { albAnswer } from './alb-answer.ts';
import { albAttributes } from './alb-attributes.ts';
import { albCertificate } from './alb-certificate.ts';
import { albController } from './alb-controller.ts';
import { albControllerReady } from './alb-controller-ready.ts';
import { albForward } from './alb-forward.ts';
import { albListener } from './alb-listener.ts';
import { albProtocol } from './alb-protocol.ts';
import { albRule } from './alb-rule.ts';
import { albSecurityGroups } from './alb-security-groups.ts';
import { albTargetGroupBinding } from './alb-target-group-binding.ts';
import { albTargetHealth } from './alb-target-health.ts';
import { answerAssertion } from './answer-assertion.ts';
import { answerOnTime } from './answer-on-time.ts';
import { answeredBeforePods } from './answered-before-pods.ts';
import { apiGatewayAnswer } from './api-gateway-answer.ts';
import { applicationAnswer } from './application-answer.ts';
import { applicationConnection } from './application-connection.ts';
import { applicationDependency } from './application-dependency.ts';
import { applicationLatency } from './application-latency.ts';
import { backendTLSPolicy } from './backend-tls-policy.ts';
import { controllerService } from './controller-service.ts';
import { dnsAddress } from './dns-address.ts';
import { dnsHost } from './dns-host.ts';
import { edgeOrigin } from './edge-origin.ts';
import { endpointAddress } from './endpoint-address.ts';
import { endpointsReady } from './endpoints-ready.ts';
import { flapping } from './flapping.ts';
import { gatewayClass } from './gateway-class.ts';
import { gatewayListener } from './gateway-listener.ts';
import { gatewayProgrammed } from './gateway-programmed.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { httpRouteBackend } from './httproute-backend.ts';
import { httpRouteConflict } from './httproute-conflict.ts';
import { httpRouteExists } from './httproute-exists.ts';
import { httpRouteFilters } from './httproute-filters.ts';
import { httpRouteHost } from './httproute-host.ts';
import { httpRouteParent } from './httproute-parent.ts';
import { httpRouteReferenceGrant } from './httproute-reference-grant.ts';
import { httpRouteRule } from './httproute-rule.ts';
import { httpRouteTimeouts } from './httproute-timeouts.ts';
import { iamController } from './iam-controller.ts';
import { ingressAnnotations } from './ingress-annotations.ts';
import { ingressAuthService } from './ingress-auth-service.ts';
import { ingressBackend } from './ingress-backend.ts';
import { ingressBehaviour } from './ingress-behaviour.ts';
import { ingressClass } from './ingress-class.ts';
import { ingressConflict } from './ingress-conflict.ts';
import { ingressController } from './ingress-controller.ts';
import { ingressHost } from './ingress-host.ts';
import { ingressMisroute } from './ingress-misroute.ts';
import { ingressPath } from './ingress-path.ts';
import { ingressTakeover } from './ingress-takeover.ts';
import { interimAnswer } from './interim-answer.ts';
import { meshMutualTLS } from './mesh-mutual-tls.ts';
import { networkPolicy } from './network-policy.ts';
import { nodeNetwork } from './node-network.ts';
import { nodeReady } from './node-ready.ts';
import { podConfig } from './pod-config.ts';
import { podCrash } from './pod-crash.ts';
import { podImage } from './pod-image.ts';
import { podInit } from './pod-init.ts';
import { podLiveness } from './pod-liveness.ts';
import { podMemory } from './pod-memory.ts';
import { podPort } from './pod-port.ts';
import { podReadiness } from './pod-readiness.ts';
import { podReadinessGate } from './pod-readiness-gate.ts';
import { podReplacement } from './pod-replacement.ts';
import { podResources } from './pod-resources.ts';
import { podScheduling } from './pod-scheduling.ts';
import { podStarting } from './pod-starting.ts';
import { podStartupProbe } from './pod-startup-probe.ts';
import { probeCredentials } from './probe-credentials.ts';
import { probeExpectation } from './probe-expectation.ts';
import { proxyInPods } from './proxy-in-pods.ts';
import { redirectPort } from './redirect-port.ts';
import { responseHeaders } from './response-headers.ts';
import { serviceExternalName } from './service-external-name.ts';
import { serviceHeadless } from './service-headless.ts';
import { serviceNodePolicy } from './service-node-policy.ts';
import { servicePort } from './service-port.ts';
import { servicePortPurpose } from './service-port-purpose.ts';
import { serviceSelector } from './service-selector.ts';
import { serviceTargetPort } from './service-target-port.ts';
import { serviceTrafficPolicy } from './service-traffic-policy.ts';
import { serviceWorkloads } from './service-workloads.ts';
import { targetExists } from './target-exists.ts';
import { tlsCertificate } from './tls-certificate.ts';
import { tlsSecret } from './tls-secret.ts';
import { wafRule } from './waf-rule.ts';
import { workloadReplicas } from './workload-replicas.ts';
import { workloadRollout } from './workload-rollout.ts';

/** Every check there is. Adding one: its file, its scenarios, a line here, and its place in the matrix. */
export const CHECKS = [
  wafRule,
  albForward,
  albListener,
  albRule,
  albCertificate,
  albAttributes,
  albProtocol,
  albAnswer,
  albAccessLog,
  apiGatewayAnswer,
  iamController,
  albController,
  albControllerReady,
  albTargetGroupBinding,
  albSecurityGroups,
  albTargetHealth,
  dnsAddress,
  edgeOrigin,
  dnsHost,
  tlsCertificate,
  tlsSecret,
  targetExists,
  ingressClass,
  ingressController,
  backendTLSPolicy,
  controllerService,
  ingressHost,
  ingressPath,
  ingressConflict,
  ingressTakeover,
  ingressAnnotations,
  ingressBehaviour,
  ingressAuthService,
  redirectPort,
  ingressBackend,
  ingressMisroute,
  gatewayClass,
  gatewayProgrammed,
  gatewayListener,
  httpRouteExists,
  httpRouteParent,
  httpRouteHost,
  httpRouteRule,
  httpRouteConflict,
  httpRouteFilters,
  httpRouteTimeouts,
  httpRouteBackend,
  httpRouteReferenceGrant,
  servicePort,
  serviceExternalName,
  serviceSelector,
  serviceWorkloads,
  serviceTargetPort,
  servicePortPurpose,
  serviceHeadless,
  serviceTrafficPolicy,
  serviceNodePolicy,
  networkPolicy,
  endpointsReady,
  endpointAddress,
  podPort,
  workloadReplicas,
  workloadRollout,
  horizontalPodAutoscaler,
  podScheduling,
  nodeReady,
  nodeNetwork,
  podReplacement,
  podImage,
  podConfig,
  podInit,
  podCrash,
  podMemory,
  podResources,
  podLiveness,
  podStartupProbe,
  podReadiness,
  podReadinessGate,
  podStarting,
  flapping,
  answeredBeforePods,
  responseHeaders,
  interimAnswer,
  proxyInPods,
  meshMutualTLS,
  applicationAnswer,
  applicationLatency,
  answerOnTime,
  applicationConnection,
  applicationDependency,
  answerAssertion,
  probeCredentials,
  probeExpectation,
] as const;

export type CheckId = (typeof CHECKS)[number]['id'];
