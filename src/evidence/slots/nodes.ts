import type { Node } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotReader } from '../slot-context.ts';

const MAXIMUM_NODES = 10;

/** The Nodes of Pods, by name. */
export async function nodesOf(
  reader: ClusterReader,
  pods: readonly Pod[],
): Promise<Lookup<ReadonlyMap<string, Node>>> {
  const names = [...new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []))].sort();
  const looks = await Promise.all(names.slice(0, MAXIMUM_NODES).map((name) => reader.get('Node', { name })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const nodes = looks.flatMap((look) => (look.ok && look.value !== undefined ? [look.value] : []));
  return found(new Map<string, Node>(nodes.map((node) => [node.metadata.name, node])));
}

export const readNodes: SlotReader<'nodes'> = async ({ slot, reader }) => {
  const route = await slot('pods');
  return route.ok ? nodesOf(reader, route.value.pods) : route;
};
