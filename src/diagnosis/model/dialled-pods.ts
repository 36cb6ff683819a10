import { secondsSince } from './age.ts';
import { declaredPorts, probedPorts } from './container-ports.ts';
import type { Pod } from './pod.ts';
import type { Dial, PodsEvidence } from './route-evidence.ts';
import { hasCondition, servingPods } from './serving-pods.ts';

/** A process that was started this long ago has opened its ports, or never will. */
export const STARTED_SECONDS = 60;

/** A Pod that is up, and what a dial of the port that the Service uses proved. */
export interface DialledPod {
  readonly pod: Pod;
  readonly port: number;
  readonly refused: boolean;
  /** Other ports that are open: they answered a dial, or the Pod's readiness probe passes there. */
  readonly open: readonly number[];
  /** It may not have opened its ports yet. */
  readonly isNew: boolean;
}

/** It may not have opened its ports yet. */
export const isNew = ({ status }: Pod, now: string): boolean =>
  (status.containerStatuses ?? []).some(
    ({ state }) => secondsSince(state?.running?.startedAt, now) < STARTED_SECONDS,
  );

/** Only Pods whose containers are ready: one that starts or crashes refuses too, and proves nothing about a port. */
export const dialledAmong = (
  pods: readonly Pod[],
  dials: readonly Dial[],
  now: string,
): readonly DialledPod[] =>
  pods.flatMap((pod) => {
    const own = dials.filter(({ podName }) => podName === pod.metadata.name);
    const used = own.find(({ alternative }) => !alternative);
    const isProof = used?.result === 'Open' || used?.result === 'Refused';
    if (used === undefined || !isProof || !hasCondition(pod, 'ContainersReady')) return [];
    const answered = own.filter(({ result }) => result === 'Open').map(({ port }) => port);
    const open = [...new Set([...answered, ...probedPorts(pod)])].filter((port) => port !== used.port);
    return [{ pod, port: used.port, refused: used.result === 'Refused', open, isNew: isNew(pod, now) }];
  });

/** Of those that should answer. */
export const dialledPods = (pods: PodsEvidence, dials: readonly Dial[], now: string): readonly DialledPod[] =>
  dialledAmong(servingPods(pods), dials, now);

/**
 * Whether the Pod itself promises the port that it refuses: then Service and manifest agree, and the process is wrong.
 * A readiness probe that passes on a port that is not declared shows the opposite: the declaration is wrong too.
 */
export function isDeclaredInVain({ pod, port, refused, open }: DialledPod): boolean {
  const declared = declaredPorts(pod).map(({ containerPort }) => containerPort);
  return refused && declared.includes(port) && open.every((other) => declared.includes(other));
}
