import type { KubernetesObject } from './kubernetes.ts';

/** `metrics.k8s.io/v1beta1`: what the containers of a Pod used lately, as metrics-server tells it. */
export interface PodMetrics extends KubernetesObject {
  /** RFC 3339: when it was measured. */
  readonly timestamp: string;
  readonly containers: readonly {
    readonly name: string;
    /** Quantities of `cpu`, a mean of the last seconds, and `memory`. */
    readonly usage: Readonly<Record<string, string>>;
  }[];
}
