import type { KubernetesObject, LabelSelector } from './kubernetes.ts';
import type { Pod } from './pod.ts';

export interface NetworkPolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyIngressRule {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicyEgressRule {
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicy extends KubernetesObject {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly NetworkPolicyIngressRule[];
    readonly egress?: readonly NetworkPolicyEgressRule[];
  };
}

export interface NetworkPolicyEvidence {
  /** Those that take one of the Service's Pods or of those who send to them. */
  readonly policies: readonly NetworkPolicy[];
  /** The Pods that send the request on to the Service's Pods; empty where nobody knows them. */
  readonly senders: readonly Pod[];
  /** The Pods of statusprobe itself, which dial and ask; empty where it runs elsewhere. */
  readonly operators: readonly Pod[];
  /** By namespace; of one that was not seen there are none. */
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
}
