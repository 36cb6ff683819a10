import type { KubernetesObject, Workload } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { PodsEvidence } from '../../diagnosis/model/route-evidence.ts';
import { controllerOf, isTopOwnerPlain, topOwner } from '../../diagnosis/topology/owners.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { type Selection, selectionOf } from './selected-by.ts';

/** Owners in between whose own owner only they tell. What cannot be read is left out: the owner is then the one in between. */
async function middleOwners(reader: ClusterReader, namespace: string, pods: readonly Pod[]) {
  const names = (kind: string) => {
    const owners = pods.filter((pod) => !isTopOwnerPlain(pod)).flatMap((pod) => controllerOf(pod) ?? []);
    return [...new Set(owners.filter((owner) => owner.kind === kind).map(({ name }) => name))];
  };
  const read = async <K extends 'ReplicaSet' | 'Job'>(kind: K) => {
    const looks = await Promise.all(names(kind).map((name) => reader.get(kind, { namespace, name })));
    return looks.flatMap((look) => (look.ok ? (look.value ?? []) : []));
  };
  const [replicaSets, jobs]: [readonly Workload[], readonly KubernetesObject[]] = await Promise.all([
    read('ReplicaSet'),
    read('Job'),
  ]);
  return { replicaSets, jobs };
}

/** The Pods that a selector takes. */
export async function podsOf(
  { reader, probe }: SlotContext,
  { namespace, selector }: Selection,
): Promise<Lookup<PodsEvidence>> {
  const looked = await reader.list('Pod', { namespace, labels: selector });
  if (!looked.ok) return looked;
  const pods = looked.value;
  const middle = await middleOwners(reader, namespace, pods);
  const ownerOf = new Map(
    pods.map((pod) => [
      pod.metadata.name,
      referenceTo({ ...topOwner(pod, middle), namespace }, probe.namespace),
    ]),
  );
  return found({ pods, ownerOf });
}

export const readPods: SlotReader<'pods'> = async (context) => {
  const selection = await selectionOf(context);
  return selection.ok ? podsOf(context, selection.value) : selection;
};
