import type { SlotName } from '../diagnosis/model/evidence.ts';
import { found } from '../diagnosis/model/lookup.ts';
import type { SlotReader } from './slot-context.ts';
import { readAccessLog } from './slots/access-log.ts';
import { readALB } from './slots/alb.ts';
import { readDials } from './slots/dials.ts';
import { readEndpoints } from './slots/endpoints.ts';
import { readEvents } from './slots/events.ts';
import { readHops } from './slots/hops.ts';
import { readIngress } from './slots/ingress.ts';
import { readIngressClass } from './slots/ingress-class.ts';
import { readListeners } from './slots/listeners.ts';
import { readLoadBalancer } from './slots/load-balancer.ts';
import { readLogs } from './slots/logs.ts';
import { readNeighbours } from './slots/neighbours.ts';
import { readNodes } from './slots/nodes.ts';
import { readPods } from './slots/pods.ts';
import { readRequest } from './slots/request.ts';
import { readService } from './slots/service.ts';
import { readTargetGroupBindings } from './slots/target-group-bindings.ts';
import { readTargetGroups } from './slots/target-groups.ts';
import { readWAFRequests } from './slots/waf-requests.ts';
import { readWebACL } from './slots/web-acl.ts';
import { readWorkloads } from './slots/workloads.ts';

/** How each slot of evidence is filled. */
export const SLOTS: { readonly [K in SlotName]: SlotReader<K> } = {
  observation: async ({ observation }) => found(observation),
  request: readRequest,
  home: async ({ probe }) => found(probe.namespace),
  ingress: readIngress,
  ingressClass: readIngressClass,
  service: readService,
  endpoints: readEndpoints,
  pods: readPods,
  neighbours: readNeighbours,
  workloads: readWorkloads,
  events: readEvents,
  nodes: readNodes,
  dials: readDials,
  hops: readHops,
  logs: readLogs,
  alb: readALB,
  targetGroupBindings: readTargetGroupBindings,
  loadBalancer: readLoadBalancer,
  listeners: readListeners,
  targetGroups: readTargetGroups,
  webACL: readWebACL,
  wafRequests: readWAFRequests,
  accessLog: readAccessLog,
};
