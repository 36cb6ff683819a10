import type { KubernetesObject, OwnerReference, Workload } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';

/** Written by the Deployment controller on its Pods, and by nobody else. */
const TEMPLATE_HASH_LABEL = 'pod-template-hash';

interface OwnerObjects {
  readonly replicaSets: readonly Workload[];
  readonly jobs: readonly KubernetesObject[];
}

export const controllerOf = ({ metadata }: KubernetesObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0];

/** The Deployment controller names its ReplicaSets `<deployment>-<hash>`: no look-up is needed, and a gone one still tells. */
function deploymentByName(pod: Pod, replicaSet: string): OwnerReference | undefined {
  const suffix = `-${pod.metadata.labels?.[TEMPLATE_HASH_LABEL]}`;
  if (!replicaSet.endsWith(suffix)) return undefined;
  return { kind: 'Deployment', name: replicaSet.slice(0, -suffix.length) };
}

/** True where the Pod itself tells its top-most owner, so that nothing has to be looked up. */
export function isTopOwnerPlain(pod: Pod): boolean {
  const direct = controllerOf(pod);
  if (direct?.kind === 'ReplicaSet') return deploymentByName(pod, direct.name) !== undefined;
  return direct?.kind !== 'Job';
}

/** What people edit in order to change a Pod: Deployment rather than ReplicaSet, CronJob rather than Job; else the Pod. */
export function topOwner(
  pod: Pod,
  { replicaSets, jobs }: OwnerObjects,
): { readonly kind: string; readonly name: string } {
  const direct = controllerOf(pod);
  if (direct === undefined || direct.kind === 'Node') return { kind: 'Pod', name: pod.metadata.name };
  const byName = direct.kind === 'ReplicaSet' ? deploymentByName(pod, direct.name) : undefined;
  const between = { ReplicaSet: replicaSets, Job: jobs }[direct.kind]?.find(
    ({ metadata }) => metadata.name === direct.name,
  );
  const { kind, name } = byName ?? (between && controllerOf(between)) ?? direct;
  return { kind, name };
}
