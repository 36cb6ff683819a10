import { defineCheck } from '../model/check.ts';
import type { Pod } from '../model/pod.ts';
import type { RouteEndpoint } from '../model/route-evidence.ts';

/** Whether every one of the Pods has an endpoint on its own node. */
const areBeside = (pods: readonly Pod[], endpoints: readonly RouteEndpoint[]): boolean =>
  pods.length > 0 &&
  pods.every(({ spec }) =>
    endpoints.some(({ nodeName }) => nodeName !== undefined && nodeName === spec.nodeName),
  );

export const serviceTrafficPolicy = defineCheck({
  id: 'service-traffic-policy',
  title: 'A Service that stays on the node has an endpoint on every client’s node',
  layer: 'Service',
  needs: ['service', 'endpoints', 'home'],
  wants: ['dials', 'ownPods'],
  reasons: {
    NoLocalEndpoint: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} sends only to endpoints on the client’s own node (internalTrafficPolicy Local); they are on {nodes}',
      fix: 'Set internalTrafficPolicy of Service {service} to Cluster, or run its Pods on every node',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['Connection', 'Timeout'],
    },
  },
  run({ service: { service, reference, askedBy }, endpoints, dials = [], ownPods, home }, report) {
    const isLocal = service?.spec.internalTrafficPolicy === 'Local';
    // Ingress controllers send to the endpoints themselves.
    if (!isLocal || askedBy.kind === 'Ingress' || askedBy.kind === 'HTTPRoute') return [];
    const ready = endpoints.filter((endpoint) => endpoint.ready);
    if (ready.length === 0 || areBeside(ownPods ?? [], ready)) return [];
    const { name, namespace = home } = reference;
    const isOpen = dials.some(({ result, alternative }) => result === 'Open' && !alternative);
    const nodes = [...new Set(ready.flatMap(({ nodeName }) => nodeName ?? []))].sort();
    return [
      report('NoLocalEndpoint', {
        subject: { ...reference, field: 'spec.internalTrafficPolicy' },
        slots: { service: name, namespace, nodes: nodes.slice(0, 5).join(', ') || 'other nodes' },
        observed: 'Local',
        // The endpoint answers when it is asked itself: only the way through the Service is closed.
        confidence: ownPods !== undefined && isOpen ? 'High' : 'Low',
      }),
    ];
  },
});
