import { isIP } from 'node:net';
import { NOT_APPLICABLE, type Slot } from '../diagnosis/model/evidence.ts';
import type { Node } from '../diagnosis/model/kubernetes.ts';
import { found } from '../diagnosis/model/lookup.ts';
import { remoteIP } from '../diagnosis/model/observation.ts';
import type { RoutedRequest } from '../diagnosis/model/route-evidence.ts';
import type { SlotContext } from './slot-context.ts';

/** The address to which the request went, as far as it is known. */
export const askedAddress = (
  { observation }: Pick<SlotContext, 'observation'>,
  { host }: Pick<RoutedRequest, 'host'>,
): string | undefined => remoteIP(observation) ?? (isIP(host) === 0 ? undefined : host);

/** The Node that has this address itself. */
export async function nodeAt({ reader }: SlotContext, address: string): Promise<Slot<Node>> {
  const nodes = await reader.list('Node');
  if (!nodes.ok) return nodes;
  const node = nodes.value.find(({ status }) => status?.addresses?.some((each) => each.address === address));
  return node === undefined ? NOT_APPLICABLE : found(node);
}
