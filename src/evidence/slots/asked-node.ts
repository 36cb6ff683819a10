import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { mapLookup } from '../../diagnosis/model/lookup.ts';
import { askedAddress, nodeAt } from '../node-address.ts';
import type { SlotReader } from '../slot-context.ts';

export const readAskedNode: SlotReader<'askedNode'> = async (context) => {
  const request = await context.slot('request');
  if (!request.ok) return request;
  const address = askedAddress(context, request.value);
  if (context.observation.failure?.phase !== 'Connect' || address === undefined) return NOT_APPLICABLE;
  return nodeAt(context, address);
};

export const readControllerNodes: SlotReader<'controllerNodes'> = async ({ slot, reader }) => {
  const [asked, pods] = await Promise.all([slot('askedNode'), slot('controllerPods')]);
  if (!asked.ok) return asked;
  if (!pods.ok) return pods;
  const names = new Set(pods.value.map(({ spec }) => spec.nodeName));
  return mapLookup(await reader.list('Node'), (all) =>
    all.filter(({ metadata }) => names.has(metadata.name)),
  );
};
