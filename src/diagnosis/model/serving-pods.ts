import { byCodeUnit } from './code-unit.ts';
import type { Pod } from './pod.ts';
import { type ObjectReference, referenceTo } from './reference.ts';
import type { PodsEvidence } from './route-evidence.ts';
import type { Confidence, Severity } from './vocabulary.ts';

const ENDED: ReadonlySet<string | undefined> = new Set(['Succeeded', 'Failed']);

const conditionOf = ({ status }: Pod, type: string) => status.conditions?.find((one) => one.type === type);

export const hasCondition = (pod: Pod, type: string): boolean => conditionOf(pod, type)?.status === 'True';

/** Neither ended nor being deleted. */
const isUp = ({ metadata, status }: Pod): boolean =>
  !ENDED.has(status.phase) && metadata.deletionTimestamp === undefined;

const isOfJob = ({ metadata }: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Job');

/** A Pod that has ended, is being deleted or belongs to a Job is not one that should answer. */
const isMeantToServe = (pod: Pod): boolean => isUp(pod) && !isOfJob(pod);

/** Pods of Jobs at work, which a Service selects by mistake. */
export const jobPods = ({ pods }: PodsEvidence): readonly Pod[] =>
  pods.filter((pod) => isUp(pod) && isOfJob(pod));

/** The Pods that Kubernetes means to answer, by name. */
export const servingPods = ({ pods }: PodsEvidence): readonly Pod[] =>
  pods.filter(isMeantToServe).sort((a, b) => byCodeUnit(a.metadata.name, b.metadata.name));

export const PROVED = { severity: 'Error', confidence: 'High' } as const;

/** How heavy a Pod's fault is: a warning while other Pods serve, for then it explains only some failures. */
export const weightAmong = (pods: PodsEvidence): { severity: Severity; confidence: Confidence } =>
  servingPods(pods).some((pod) => hasCondition(pod, 'Ready'))
    ? { severity: 'Warning', confidence: 'Medium' }
    : PROVED;

/** What people edit in order to mend a Pod: its top-most workload, or the Pod itself. */
export const workloadOf = ({ metadata }: Pod, { ownerOf }: PodsEvidence): ObjectReference =>
  ownerOf.get(metadata.name) ?? referenceTo({ kind: 'Pod', ...metadata }, metadata.namespace ?? '');

/** The workload with the path of a field of its Pods, which begins with `spec.`. */
export const fieldOf = (workload: ObjectReference, field: string): ObjectReference => ({
  ...workload,
  field: workload.kind === 'Pod' ? field : `spec.template.${field}`,
});

/** What commands and messages name of a workload. */
export const namesOf = ({ namespace = '', kind, name, ref }: ObjectReference) => ({
  namespace,
  workload: ref,
  object: `${kind}/${name}`,
});
