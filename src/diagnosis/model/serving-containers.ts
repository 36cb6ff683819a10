import type { Container, ContainerStatus, Pod } from './pod.ts';
import type { ObjectReference } from './reference.ts';
import type { PodsEvidence } from './route-evidence.ts';
import { namesOf, servingPods, workloadOf } from './serving-pods.ts';

/** A container with what the kubelet says of it, and where it belongs. */
export interface ServingContainer {
  readonly pod: Pod;
  readonly workload: ObjectReference;
  readonly container: Container;
  readonly status: ContainerStatus;
  /** Runs to its end before the others start; a sidecar does not. */
  readonly isInit: boolean;
  /** Such as `spec.containers[0]`. */
  readonly field: string;
  /** For the texts of findings. */
  readonly names: ReturnType<typeof namesOf> & { readonly container: string };
}

function containersOf(pod: Pod, workload: ObjectReference): readonly ServingContainer[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status;
  const statuses = [...initContainerStatuses, ...containerStatuses];
  const withStatus = (list: 'initContainers' | 'containers') =>
    (pod.spec[list] ?? []).flatMap((container, index) => {
      const status = statuses.find(({ name }) => name === container.name);
      if (status === undefined) return [];
      const isInit = list === 'initContainers' && container.restartPolicy !== 'Always';
      const names = { ...namesOf(workload), container: container.name };
      return [{ pod, workload, container, status, isInit, field: `spec.${list}[${index}]`, names }];
    });
  return [...withStatus('initContainers'), ...withStatus('containers')];
}

/** Many checks of one diagnosis ask for the same. */
const known = new WeakMap<PodsEvidence, readonly ServingContainer[]>();

/** Containers of the Pods that should answer, as far as the kubelet has told of them; by Pod, init containers first. */
export function servingContainers(pods: PodsEvidence): readonly ServingContainer[] {
  const containers =
    known.get(pods) ?? servingPods(pods).flatMap((pod) => containersOf(pod, workloadOf(pod, pods)));
  known.set(pods, containers);
  return containers;
}
