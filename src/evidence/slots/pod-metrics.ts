import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { isSlower } from '../../diagnosis/model/lateness.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { servingPods } from '../../diagnosis/model/serving-pods.ts';
import type { SlotReader } from '../slot-context.ts';

const MAXIMUM_PODS = 5;

const isLimited = ({ spec: { containers, initContainers = [] } }: Pod): boolean =>
  [...containers, ...initContainers].some(({ resources }) => resources?.limits !== undefined);

/** What Pods that lack CPU or memory look like: slow, gone, or in trouble by their own word. */
const mayLackResources = (observation: Observation): boolean =>
  observation.code === undefined || observation.code >= 500 || isSlower(observation);

/** Of Pods that can reach a limit. One that has just started has no metrics yet. */
export const readPodMetrics: SlotReader<'podMetrics'> = async ({ slot, observation, reader }) => {
  if (!mayLackResources(observation)) return NOT_APPLICABLE;
  const selected = await slot('pods');
  if (!selected.ok) return selected;
  const [first, ...others] = servingPods(selected.value).filter(isLimited).slice(0, MAXIMUM_PODS);
  if (first === undefined) return NOT_APPLICABLE;
  // Most often there are no metrics at all, and one look tells.
  const look = await reader.get('PodMetrics', first.metadata);
  if (!look.ok) return look;
  const looks = await Promise.all(others.map(({ metadata }) => reader.get('PodMetrics', metadata)));
  const failed = looks.find((each) => !each.ok);
  return failed ?? found([look, ...looks].flatMap((each) => (each.ok ? (each.value ?? []) : [])));
};
