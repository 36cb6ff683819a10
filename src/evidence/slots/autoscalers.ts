import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';
import { selectionOf } from './selected-by.ts';

/** Those of the workloads behind the Service. */
export const readAutoscalers: SlotReader<'autoscalers'> = async (context) => {
  const [selection, workloads] = await Promise.all([selectionOf(context), context.slot('workloads')]);
  if (!selection.ok) return selection;
  if (!workloads.ok) return workloads;
  const listed = await context.reader.list('HorizontalPodAutoscaler', {
    namespace: selection.value.namespace,
  });
  if (!listed.ok) return listed;
  const own = listed.value.filter(({ spec: { scaleTargetRef: target } }) =>
    workloads.value.selected.some(
      ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
    ),
  );
  return found(own);
};
