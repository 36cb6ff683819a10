import type { KubernetesEvent, Node } from './kubernetes.ts';
import type { PodsEvidence } from './route-evidence.ts';
import type { WorkloadsEvidence } from './workloads-evidence.ts';

/** The one workload that runs an ingress controller, of which no Pod is ready. */
export interface ControllerWorkload {
  readonly pods: PodsEvidence;
  /** Empty where there are Pods: they tell more. */
  readonly workloads: WorkloadsEvidence;
  /** Of its Pods or of itself, newest first; none where they could not be read. */
  readonly events: readonly KubernetesEvent[];
  /** Of its Pods, by name; absent where they could not be read. */
  readonly nodes?: ReadonlyMap<string, Node>;
}
