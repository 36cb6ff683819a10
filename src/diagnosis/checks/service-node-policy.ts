import { defineCheck } from '../model/check.ts';
import { referenceTo } from '../model/reference.ts';

export const serviceNodePolicy = defineCheck({
  id: 'service-node-policy',
  title: 'A Service that keeps requests on the Node at which they come in has an endpoint there',
  layer: 'Service',
  needs: ['nodeEntry', 'home'],
  reasons: {
    NoEndpointOnNode: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} keeps requests on the Node at which they come in (externalTrafficPolicy Local); on {node} it has no ready endpoint, only on {nodes}',
      fix: 'Ask a Node that has one, set externalTrafficPolicy of Service {service} to Cluster, or run its Pods on every Node',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['Connection', 'Timeout'],
      leadsTo: ['TimeoutBeforePods', 'NetworkPolicyBlocksIngress'],
    },
  },
  run({ nodeEntry: { nodeName, service, servingNodes }, home }, report) {
    // Where nobody is ready anywhere, it does not matter which Node is asked.
    if (servingNodes.length === 0 || servingNodes.includes(nodeName)) return [];
    const { name, namespace = home } = service.metadata;
    const field = 'spec.externalTrafficPolicy';
    return [
      report('NoEndpointOnNode', {
        subject: referenceTo({ kind: 'Service', ...service.metadata }, home, field),
        slots: { service: name, namespace, node: nodeName, nodes: servingNodes.slice(0, 5).join(', ') },
        observed: 'Local',
      }),
    ];
  },
});
