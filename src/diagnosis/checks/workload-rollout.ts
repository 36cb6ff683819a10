import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NOBODY_SERVES } from '../model/consequences.ts';
import type { WorkloadsEvidence } from '../model/evidence.ts';
import type { Workload } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import { hasCondition, namesOf, servingPods } from '../model/serving-pods.ts';

/** As Kubernetes rounds it: a share of the replicas downwards. */
function countOf(share: number | string, replicas: number): number {
  return typeof share === 'number' ? share : Math.floor((Number.parseInt(share, 10) / 100) * replicas);
}

/** What lets a rollout take all Pods away at once; undefined where some stay. */
function emptyingSetting({ spec }: Workload): string | undefined {
  const { replicas = 1, strategy = {} } = spec;
  if (strategy.type === 'Recreate') return 'strategy Recreate';
  const { maxUnavailable = '25%' } = strategy.rollingUpdate ?? {};
  return countOf(maxUnavailable, replicas) >= replicas ? `maxUnavailable ${maxUnavailable}` : undefined;
}

/** Replaces Pods of an older revision, and is not there yet. */
function isRollingOut({ metadata, status = {}, spec }: Workload, { selected }: WorkloadsEvidence): boolean {
  const revisions = selected.filter(
    ({ kind, metadata: { ownerReferences = [] } }) =>
      kind === 'ReplicaSet' && ownerReferences.some(({ name }) => name === metadata.name),
  );
  const progress = status.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  const isAfoot =
    progress !== 'NewReplicaSetAvailable' || (status.updatedReplicas ?? 0) < (spec.replicas ?? 1);
  return revisions.length > 1 && isAfoot;
}

export const workloadRollout = defineCheck({
  id: 'workload-rollout',
  title: 'A rollout leaves Pods that serve until new ones are ready',
  layer: 'Pod',
  needs: ['workloads', 'pods', 'home'],
  reasons: {
    RolloutTakesAllDown: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'A rollout of {workload} has taken all of its Pods away before new ones are ready ({setting})',
      fix: 'Give {workload} a RollingUpdate with maxUnavailable 0 and maxSurge 1, so that old Pods serve until new ones are ready',
      command: "kubectl -n '{namespace}' rollout status '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NOBODY_SERVES,
    },
  },
  run({ workloads, pods, home }, report) {
    if (servingPods(pods).some((pod) => hasCondition(pod, 'Ready'))) return [];
    return workloads.selected.flatMap((workload) => {
      const setting = emptyingSetting(workload);
      const isEmptied = workload.kind === 'Deployment' && isRollingOut(workload, workloads);
      if (setting === undefined || !isEmptied || workload.spec.replicas === 0) return [];
      const subject = referenceTo({ ...workload.metadata, kind: workload.kind }, home, 'spec.strategy');
      const slots = { ...namesOf(subject), setting };
      return [report('RolloutTakesAllDown', { subject, slots, observed: setting })];
    });
  },
});
