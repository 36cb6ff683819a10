import type { Workload } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import type { SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

/** In the order in which people think of them. */
const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'] as const;

export const readWorkloads: SlotReader<'workloads'> = async (context) => {
  const selection = await selectionOf(context);
  if (!selection.ok) return selection;
  const { namespace, selector } = selection.value;
  const looks = await Promise.all(WORKLOAD_KINDS.map((kind) => context.reader.list(kind, { namespace })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const all: readonly Workload[] = looks.flatMap((look) => (look.ok ? look.value : []));
  const isSelected = ({ spec }: Workload) => matchesLabels(selector, spec.template?.metadata?.labels);
  return found({
    selected: all.filter(isSelected),
    others: all.filter((workload) => workload.spec.template !== undefined && !isSelected(workload)),
  });
};
