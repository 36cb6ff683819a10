import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { isNetworkAgent } from '../../diagnosis/topology/network-agents.ts';
import { silentNode } from '../../diagnosis/topology/silent-node.ts';
import type { SlotReader } from '../slot-context.ts';

/** Where networks install their agents by default. */
const NAMESPACES = ['kube-system', 'calico-system', 'kube-flannel'];

export const readNetworkAgents: SlotReader<'networkAgents'> = async ({ slot, reader }) => {
  const [endpoints, dials] = await Promise.all([slot('endpoints'), slot('dials')]);
  if (!endpoints.ok) return endpoints;
  if (!dials.ok) return dials;
  const node = silentNode(endpoints.value, dials.value);
  if (node === undefined) return NOT_APPLICABLE;
  const looks = await Promise.all(NAMESPACES.map((namespace) => reader.list('Pod', { namespace })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const pods = looks.flatMap((look) => (look.ok ? look.value : []));
  return found(pods.filter((pod) => pod.spec.nodeName === node.name && isNetworkAgent(pod)));
};
