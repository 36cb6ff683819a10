import type { Workload } from './kubernetes.ts';

/** What keeps Pods running in the Service's namespace. */
export interface WorkloadsEvidence {
  /**
   * Workloads whose Pod template the Service's selector takes, Deployments before their ReplicaSets; not the former
   * revisions of one that it takes no longer.
   */
  readonly selected: readonly Workload[];
  /** All others of the namespace with a Pod template. */
  readonly others: readonly Workload[];
}
