import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NetworkPolicy } from '../../diagnosis/model/network-policy.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { controllerOf } from '../../diagnosis/topology/ingress-controllers.ts';
import { takesPod } from '../../diagnosis/topology/network-policies.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

const isRunning = ({ status }: Pod): boolean => status.phase === 'Running';

async function operatorPods({ slot }: SlotContext): Promise<readonly Pod[]> {
  const own = await slot('ownPods');
  return own.ok ? own.value : [];
}

/** Who sends to the Service's Pods; a controller that could not be looked for is one that nobody knows. */
async function senderPods({ slot }: SlotContext, operators: readonly Pod[]): Promise<readonly Pod[]> {
  const route = await slot('service');
  const asker = route.ok ? route.value.askedBy.kind : undefined;
  if (asker === 'HTTPRoute') return [];
  if (asker !== 'Ingress') return operators;
  const [served, pods] = await Promise.all([slot('ingressClass'), slot('controllerPods')]);
  if (!served.ok || !pods.ok) return [];
  const { ingressClass } = served.value;
  const isSender = controllerOf(ingressClass?.spec.controller)?.configuresOthers !== true;
  return isSender ? pods.value.filter(isRunning) : [];
}

const namespacesOf = (pods: readonly Pod[]): readonly string[] =>
  pods.flatMap(({ metadata }) => metadata.namespace ?? []);

async function policiesIn(
  reader: ClusterReader,
  namespaces: readonly string[],
): Promise<Lookup<readonly NetworkPolicy[]>> {
  const looks = await Promise.all(namespaces.map((namespace) => reader.list('NetworkPolicy', { namespace })));
  const failed = looks.find((look) => !look.ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? look.value : [])));
}

async function labelsOf(
  reader: ClusterReader,
  namespaces: readonly string[],
): Promise<Slot<ReadonlyMap<string, Readonly<Record<string, string>>>>> {
  const labels = new Map<string, Readonly<Record<string, string>>>();
  for (const name of namespaces) {
    const looked = await reader.get('Namespace', { name });
    if (!looked.ok) return looked;
    if (looked.value !== undefined) labels.set(name, looked.value.metadata.labels ?? {});
  }
  return found(labels);
}

/** Not applicable where no policy takes one of the Pods at either end. */
export const readNetworkPolicies: SlotReader<'networkPolicies'> = async (context) => {
  const [selection, selected] = await Promise.all([selectionOf(context), context.slot('pods')]);
  if (!selection.ok) return selection;
  if (!selected.ok) return selected;
  const operators = await operatorPods(context);
  const senders = await senderPods(context, operators);
  const { reader } = context;
  const ends = [...new Set([selection.value.namespace, ...namespacesOf(senders)])].sort();
  const listed = await policiesIn(reader, ends);
  if (!listed.ok) return listed;
  const pods = [...selected.value.pods, ...senders];
  const policies = listed.value.filter((policy) => pods.some((pod) => takesPod(policy, pod)));
  if (policies.length === 0) return NOT_APPLICABLE;
  const namespaces = [...new Set([...ends, ...namespacesOf(operators)])].sort();
  const namespaceLabels = await labelsOf(reader, namespaces);
  if (!namespaceLabels.ok) return namespaceLabels;
  return found({ policies, senders, operators, namespaceLabels: namespaceLabels.value });
};
