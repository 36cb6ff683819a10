import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { PROCESS_ENDED } from '../model/consequences.ts';
import { conditionThat, isUnderPressure, isUnready } from '../model/node-conditions.ts';
import { referenceTo } from '../model/reference.ts';
import { servingPods, weightAmong } from '../model/serving-pods.ts';

export const nodeReady = defineCheck({
  id: 'node-ready',
  title: 'The nodes of the Pods are ready',
  layer: 'Node',
  needs: ['pods', 'nodes', 'home'],
  reasons: {
    NodeNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Node {node}, on which Pods of this route run, is not ready: {cause}',
      fix: 'Bring node {node} back, or drain it so that its Pods move',
      command: "kubectl describe node '{node}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: PROCESS_ENDED,
    },
    NodeUnderPressure: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'Node {node}, on which Pods of this route run, is under pressure: {cause}',
      fix: 'Free what node {node} lacks, or move Pods away from it',
      command: "kubectl describe node '{node}'",
      explains: GATEWAY_SYMPTOMS,
    },
  },
  run({ pods, nodes, home }, report) {
    const names = new Set(servingPods(pods).map(({ spec }) => spec.nodeName));
    const used = [...nodes].filter(([name]) => names.has(name));
    return used.flatMap(([node, object]) => {
      const broken = conditionThat(isUnready, object);
      const condition = broken ?? conditionThat(isUnderPressure, object);
      if (condition === undefined) return [];
      const reason = broken === undefined ? 'NodeUnderPressure' : 'NodeNotReady';
      const weight = broken === undefined ? { confidence: 'Medium' as const } : weightAmong(pods);
      return [
        report(reason, {
          subject: referenceTo({ kind: 'Node', name: node }, home),
          slots: { node, cause: condition.reason ?? condition.type },
          evidence: [`${condition.type} is ${condition.status}: ${condition.message ?? 'no message'}`],
          ...weight,
        }),
      ];
    });
  },
});
