import type { CheckId } from '../checks/index.ts';

/** In AWS, in front of the cluster: web ACL, listener, rule, target health and the controller that makes them. */
const LOAD_BALANCER = [
  'waf-rule',
  'alb-listener',
  'alb-rule',
  'alb-attributes',
  'alb-protocol',
  'alb-answer',
  'alb-access-log',
  'iam-controller',
  'alb-controller',
  'alb-target-group-binding',
  'alb-target-health',
] as const satisfies readonly CheckId[];

/** From the name that was asked to the Service: what a router needs in order to know where to send a request. */
export const ROUTING = [
  ...LOAD_BALANCER,
  'dns-host',
  'tls-certificate',
  'tls-secret',
  'target-exists',
  'ingress-class',
  'ingress-controller',
  'ingress-host',
  'ingress-path',
  'ingress-conflict',
  'ingress-annotations',
  'ingress-behaviour',
  'ingress-backend',
  'ingress-misroute',
  'gateway-class',
  'gateway-programmed',
  'gateway-listener',
  'httproute-exists',
  'httproute-parent',
  'httproute-host',
  'httproute-rule',
  'httproute-conflict',
  'httproute-filters',
  'httproute-backend',
  'httproute-reference-grant',
  'service-port',
  'service-external-name',
] as const satisfies readonly CheckId[];

/** From the Service to its Pods: why nobody takes the request. */
export const BACKENDS = [
  'service-selector',
  'service-workloads',
  'service-target-port',
  'service-traffic-policy',
  'network-policy',
  'endpoints-ready',
  'pod-port',
  'workload-replicas',
  'horizontal-pod-autoscaler',
  'pod-scheduling',
  'node-ready',
  'pod-image',
  'pod-config',
  'pod-init',
  'pod-crash',
  'pod-memory',
  'pod-liveness',
  'pod-startup-probe',
  'pod-readiness',
  'pod-readiness-gate',
  'pod-starting',
  'flapping',
] as const satisfies readonly CheckId[];

/** What the application itself did. */
export const APPLICATION = [
  'answered-before-pods',
  'interim-answer',
  'application-answer',
  'application-latency',
  'application-connection',
  'answer-assertion',
  'probe-expectation',
] as const satisfies readonly CheckId[];
