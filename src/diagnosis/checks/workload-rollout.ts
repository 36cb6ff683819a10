import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NOBODY_SERVES } from '../model/consequences.ts';
import type { Workload } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import { hasCondition, namesOf, servingPods } from '../model/serving-pods.ts';
import type { WorkloadsEvidence } from '../model/workloads-evidence.ts';

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
function isRollingOut({ status = {}, spec }: Workload, revisions: readonly Workload[]): boolean {
  const progress = status.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  const isShort = (status.updatedReplicas ?? 0) < (spec.replicas ?? 1);
  return revisions.length > 1 && (progress !== 'NewReplicaSetAvailable' || isShort);
}

/** The ReplicaSets of a Deployment. */
const revisionsOf = ({ metadata }: Workload, { selected }: WorkloadsEvidence): readonly Workload[] =>
  selected.filter(
    ({ kind, metadata: { ownerReferences = [] } }) =>
      kind === 'ReplicaSet' && ownerReferences.some(({ name }) => name === metadata.name),
  );

/** Pods that failed before the newest revision came were not taken away by it. */
const beganBefore = (revisions: readonly Workload[], time: string): boolean =>
  revisions.every(
    ({ metadata: { creationTimestamp: created = time } }) => Date.parse(created) <= Date.parse(time),
  );

export const workloadRollout = defineCheck({
  id: 'workload-rollout',
  title: 'A rollout leaves Pods that serve until new ones are ready',
  layer: 'Pod',
  needs: ['workloads', 'pods', 'failingSince', 'home'],
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
  run({ workloads, pods, failingSince, home }, report) {
    if (servingPods(pods).some((pod) => hasCondition(pod, 'Ready'))) return [];
    const deployments = workloads.selected.filter(
      ({ kind, spec }) => kind === 'Deployment' && spec.replicas !== 0,
    );
    return deployments.flatMap((deployment) => {
      const setting = emptyingSetting(deployment);
      const revisions = revisionsOf(deployment, workloads);
      const isCause = isRollingOut(deployment, revisions) && beganBefore(revisions, failingSince);
      if (setting === undefined || !isCause) return [];
      const subject = referenceTo({ ...deployment.metadata, kind: 'Deployment' }, home, 'spec.strategy');
      const slots = { ...namesOf(subject), setting };
      return [report('RolloutTakesAllDown', { subject, slots, observed: setting })];
    });
  },
});
