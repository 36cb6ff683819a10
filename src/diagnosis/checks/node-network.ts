import { isAtPods } from '../model/at-pods.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { askedPods } from '../model/lateness.ts';
import { conditionThat, isUnready } from '../model/node-conditions.ts';
import { referenceTo } from '../model/reference.ts';
import { hasCondition, namesOf } from '../model/serving-pods.ts';
import { topOwner } from '../topology/owners.ts';
import { type SilentNode, silentNode } from '../topology/silent-node.ts';

const FOLLOWING = ['AnswerLateOnce', 'TimeoutBeforePods'];

/** One Pod alone may have a full queue of connections; what all of a Node have in common is the Node. */
const ENOUGH_PODS = 2;

/** Whether the Node alone can be meant: from a Node that is itself cut off, every other looks so. */
function isTelling({ dials, reached }: SilentNode, ownPods: Evidence['ownPods']): boolean {
  const own = ownPods.map(({ spec }) => spec.nodeName);
  return dials.length >= ENOUGH_PODS && reached.some((node) => !own.includes(node));
}

export const nodeNetwork = defineCheck({
  id: 'node-network',
  title: 'The Pods of each node can be reached from other nodes',
  layer: 'Network',
  needs: ['service', 'endpoints', 'dials', 'observation', 'request', 'home'],
  wants: ['hops', 'nodes', 'networkAgents', 'ownPods'],
  reasons: {
    NetworkAgentNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Only the Pods on node {node} cannot be reached, and the Pod of {workload} there is not ready',
      fix: 'See why the Pod of {workload} on node {node} is not ready, and drain the node until it is',
      command: "kubectl -n '{namespace}' get pods -o wide --field-selector 'spec.nodeName={node}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: FOLLOWING,
    },
    NodePodsUnreachable: {
      severity: 'Warning',
      owner: 'DevOps',
      layer: 'Node',
      message: 'The Pods on node {node} take no connection from other nodes, and those on other nodes do',
      fix: 'See how node {node} is connected to the others: its network agent, routes and firewall',
      command: "kubectl get pods -A -o wide --field-selector 'spec.nodeName={node}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: FOLLOWING,
    },
  },
  run({ service, endpoints, dials, nodes, networkAgents = [], ownPods = [], ...rest }, report) {
    const { observation, home } = rest;
    const silent = silentNode(endpoints, dials);
    if (silent === undefined || !isAtPods(service, observation)) return [];
    // Pods that are reached and slow explain it too, and a Node that is not ready is told as such.
    const isElse = askedPods({ ...rest, endpoints }).slow.length > 0;
    if (isElse || conditionThat(isUnready, nodes?.get(silent.name)) !== undefined) return [];
    const lines = silent.dials.map(
      ({ address, port, podName = address }) => `Pod/${podName} takes no connection at port ${port}`,
    );
    const agent = networkAgents.find((pod) => !hasCondition(pod, 'Ready'));
    if (agent !== undefined) {
      const { namespace = home, name } = agent.metadata;
      const subject = referenceTo({ ...topOwner(agent, { replicaSets: [], jobs: [] }), namespace }, home);
      const { workload } = namesOf(subject);
      const evidence = [`Pod ${name} of ${workload} is not ready`, ...lines];
      const slots = { node: silent.name, workload, namespace };
      return [report('NetworkAgentNotReady', { subject, slots, evidence, confidence: 'Medium' })];
    }
    if (!isTelling(silent, ownPods)) return [];
    const subject = referenceTo({ kind: 'Node', name: silent.name }, home);
    return [
      report('NodePodsUnreachable', {
        subject,
        slots: { node: silent.name },
        evidence: lines,
        confidence: 'Low',
      }),
    ];
  },
});
