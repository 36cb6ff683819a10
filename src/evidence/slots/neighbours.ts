import type { SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

export const readNeighbours: SlotReader<'neighbours'> = async (context) => {
  const selection = await selectionOf(context);
  return selection.ok ? context.reader.list('Pod', { namespace: selection.value.namespace }) : selection;
};
