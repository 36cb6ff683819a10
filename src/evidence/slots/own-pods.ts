import { mapLookup } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

/** As the manifests and the chart label them. */
const LABELS = { 'app.kubernetes.io/name': 'statusprobe' };

export const readOwnPods: SlotReader<'ownPods'> = async ({ reader }) =>
  mapLookup(await reader.list('Pod', { labels: LABELS }), (pods) =>
    pods.filter(({ status }) => status.phase === 'Running'),
  );
