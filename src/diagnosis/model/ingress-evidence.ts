import type { HTTPIngressPath, Ingress, IngressBackend, IngressClass, IngressRule } from './kubernetes.ts';
import type { ObjectReference } from './reference.ts';

/** The rule that takes a request, by Kubernetes' own rules for host, Exact and Prefix. */
export interface IngressMatch {
  readonly ingress: Ingress;
  /** Absent when `spec.defaultBackend` takes the request. */
  readonly rule?: IngressRule;
  readonly path?: HTTPIngressPath;
  /** `spec.rules[0].http.paths[1]` or `spec.defaultBackend`. */
  readonly field: string;
  readonly backend: IngressBackend;
}

export interface IngressEvidence {
  /** The Ingress of `ingressRef`, or every Ingress with a rule for the request's host, exact hosts first. */
  readonly candidates: readonly Ingress[];
  /** Absent when no rule of the candidates takes the request. */
  readonly match?: IngressMatch;
  /** Of a canary, which takes a share of the requests that `match` takes otherwise. */
  readonly canary?: IngressMatch;
  /** All matches for this host and path when more than one Ingress claims it, the winner first. */
  readonly rivals: readonly IngressMatch[];
  /** The Ingress that `ingressRef` names and that does not exist. */
  readonly missing?: ObjectReference;
  /** Hosts of other Ingresses of the same namespace, for naming the nearest one. */
  readonly otherHosts: readonly string[];
  /** All Ingresses of the same namespace that are no candidates: where a misspelt name or host may belong. */
  readonly others?: readonly Ingress[];
  /** The name that Ingresses publish of the load balancer to whose address the request went, where none is named for the host. */
  readonly loadBalancer?: string;
}

export interface IngressClassEvidence {
  readonly ingress: Ingress;
  /** `spec.ingressClassName`, else the legacy annotation; absent when neither is set. */
  readonly named?: string;
  /** The class object that serves the Ingress: the named one, or the default class. */
  readonly ingressClass?: IngressClass;
  /** Names of the classes that exist. */
  readonly existing: readonly string[];
}
