import type { Condition, Node } from './kubernetes.ts';

const PRESSURES: ReadonlySet<string> = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure']);

/** `Unknown` too: the kubelet has stopped telling. */
export const isUnready = ({ type, status }: Condition): boolean => type === 'Ready' && status !== 'True';

export const isUnderPressure = ({ type, status }: Condition): boolean =>
  PRESSURES.has(type) && status === 'True';

/** Undefined also for a node that was not seen. */
export const conditionThat = (
  matches: (condition: Condition) => boolean,
  node: Node | undefined,
): Condition | undefined => node?.status?.conditions?.find(matches);
