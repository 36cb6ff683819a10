import type { Node } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

const MAXIMUM_NODES = 10;

export const readNodes: SlotReader<'nodes'> = async ({ slot, reader }) => {
  const route = await slot('pods');
  if (!route.ok) return route;
  const names = [...new Set(route.value.pods.flatMap(({ spec }) => spec.nodeName ?? []))].sort();
  const looks = await Promise.all(names.slice(0, MAXIMUM_NODES).map((name) => reader.get('Node', { name })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const nodes = looks.flatMap((look) => (look.ok && look.value !== undefined ? [look.value] : []));
  return found(new Map<string, Node>(nodes.map((node) => [node.metadata.name, node])));
};
