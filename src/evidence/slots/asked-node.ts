import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { askedAddress, nodeAt } from '../node-address.ts';
import type { SlotReader } from '../slot-context.ts';

export const readAskedNode: SlotReader<'askedNode'> = async (context) => {
  const request = await context.slot('request');
  if (!request.ok) return request;
  const address = askedAddress(context, request.value);
  if (context.observation.failure?.phase !== 'Connect' || address === undefined) return NOT_APPLICABLE;
  return nodeAt(context, address);
};
