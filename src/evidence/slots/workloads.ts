import type { Workload } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { WorkloadsEvidence } from '../../diagnosis/model/workloads-evidence.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { type Selection, selectionOf } from './selected-by.ts';

/** In the order in which people think of them. */
const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'] as const;

/** What nobody asks to run, of a workload whose Pods have other labels by now. */
const isFormer = (
  { metadata: { ownerReferences = [] }, spec }: Workload,
  unselected: readonly Workload[],
): boolean =>
  spec.replicas === 0 &&
  ownerReferences.some((owner) =>
    unselected.some(({ kind, metadata }) => kind === owner.kind && metadata.name === owner.name),
  );

/** The workloads of the namespace, apart by whether a selector takes their Pods. */
export async function workloadsOf(
  { reader }: SlotContext,
  { namespace, selector }: Selection,
): Promise<Lookup<WorkloadsEvidence>> {
  const looks = await Promise.all(WORKLOAD_KINDS.map((kind) => reader.list(kind, { namespace })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const all: readonly Workload[] = looks.flatMap((look) => (look.ok ? look.value : []));
  const isTaken = ({ spec }: Workload) => matchesLabels(selector, spec.template?.metadata?.labels);
  const untaken = all.filter((workload) => workload.spec.template !== undefined && !isTaken(workload));
  const former = all.filter((workload) => isTaken(workload) && isFormer(workload, untaken));
  return found({
    selected: all.filter((workload) => isTaken(workload) && !former.includes(workload)),
    others: [...untaken, ...former],
  });
}

export const readWorkloads: SlotReader<'workloads'> = async (context) => {
  const selection = await selectionOf(context);
  return selection.ok ? workloadsOf(context, selection.value) : selection;
};
