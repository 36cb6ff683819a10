import type { Condition } from '../../diagnosis/model/kubernetes.ts';
import type { ContainerState, ContainerStatus, Pod } from '../../diagnosis/model/pod.ts';
import { POD } from './projections.ts';
import { keepShape } from './shape.ts';

/** Reasons under which the message is the container runtime's; under all others the container may have written it. */
const WRITTEN_BY_RUNTIME: ReadonlySet<string | undefined> = new Set(['StartError', 'ContainerCannotRun']);

function withoutOwnWords(state: ContainerState): ContainerState {
  const { terminated } = state;
  if (terminated?.message === undefined || WRITTEN_BY_RUNTIME.has(terminated.reason)) return state;
  const { message, ...rest } = terminated;
  return { ...state, terminated: rest };
}

const statusWithoutOwnWords = ({ state, lastState, ...status }: ContainerStatus): ContainerStatus => ({
  ...status,
  ...(state === undefined ? {} : { state: withoutOwnWords(state) }),
  // Of a container that never ended it is an empty object.
  ...(lastState?.terminated === undefined ? {} : { lastState: withoutOwnWords(lastState) }),
});

/** Steps that a running Pod has behind it. */
const STEPS: ReadonlySet<string> = new Set(['PodReadyToStartContainers', 'Initialized', 'PodScheduled']);

/** A step tells something only while it is not taken; what a readiness gate asks for is no step. */
const isTold = ({ type, status }: Condition): boolean => !(STEPS.has(type) && status === 'True');

/** A Pod as checks read it. A termination message that the container may have written is left out, like its logs. */
export function toPod(raw: unknown): Pod {
  const { status = {}, ...pod } = keepShape(POD, raw);
  const { conditions, containerStatuses, initContainerStatuses } = status;
  return {
    ...pod,
    kind: 'Pod',
    status: {
      ...status,
      ...(conditions && { conditions: conditions.filter(isTold) }),
      ...(containerStatuses && { containerStatuses: containerStatuses.map(statusWithoutOwnWords) }),
      ...(initContainerStatuses && {
        initContainerStatuses: initContainerStatuses.map(statusWithoutOwnWords),
      }),
    },
  };
}
