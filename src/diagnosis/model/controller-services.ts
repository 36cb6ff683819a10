import type { KubernetesEvent, Service } from './kubernetes.ts';

/** The Services of type LoadBalancer before an ingress controller, whose address it gives to its Ingresses. */
export interface ControllerServices {
  readonly services: readonly Service[];
  /** About them, newest first. */
  readonly events: readonly KubernetesEvent[];
}
