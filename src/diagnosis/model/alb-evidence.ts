import type { Ingress } from './kubernetes.ts';

/** The load balancer of AWS on the request's way, as far as the cluster knows it. */
export interface ALBEvidence {
  /** The Ingress of which AWS' controller made the load balancer; absent where something else shows it. */
  readonly ingress?: Ingress;
  readonly dnsName?: string;
}
