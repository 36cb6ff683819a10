import type { Finding } from './check.ts';
import type { ObjectReference } from './reference.ts';
import type { Confidence, Layer, NotCheckedReason, Owner } from './vocabulary.ts';

/** The one cause. Always present after the first visit, also when there is nothing to accuse. */
export interface Verdict {
  readonly owner: Owner;
  readonly layer: Layer;
  /** A CamelCase word, stable across releases. */
  readonly reason: string;
  readonly summary: string;
  readonly culprit?: ObjectReference;
  readonly confidence?: Confidence;
  readonly fix?: string;
  readonly commands?: readonly string[];
}

/** A finding as the status shows it. */
export interface JudgedFinding extends Omit<Finding, 'command' | 'confidence' | 'explains' | 'leadsTo'> {
  /** First 12 hex digits of SHA-256 over check, reason and subject with its field, where a Pod counts as its workload. */
  readonly id: string;
  /** `id` of the finding that this one follows from. */
  readonly causedBy?: string;
  readonly muted?: boolean;
}

export interface NotChecked {
  readonly check: string;
  readonly reason: NotCheckedReason;
  readonly message?: string;
}

export const HOP_RESULTS = ['OK', 'Failed', 'Degraded', 'NotChecked', 'NotPermitted'] as const;
export type HopResult = (typeof HOP_RESULTS)[number];

/** One stop of the request's way, outermost first. */
export interface PathHop {
  readonly hop: 'DNS' | 'LoadBalancer' | 'Ingress' | 'Gateway' | 'HTTPRoute' | 'Service' | 'Endpoint';
  readonly ref?: string;
  readonly result: HopResult;
  readonly message?: string;
}

/** The row of the troubleshooting matrix that applied: the prior beside the evidence. */
export interface AppliedRow {
  readonly row: string;
  readonly side: 'DevOps' | 'Developer';
  readonly meaning: string;
  readonly owner: Owner;
  readonly fixArea: string;
}

/** What somebody did to an object on the request's way, shortly before the failure began. */
export interface Change {
  /** RFC 3339. */
  readonly time: string;
  readonly subject: ObjectReference;
  readonly message: string;
  /** The field manager that did it, such as `kubectl-edit` or `argocd-controller`: a program, not a person. */
  readonly manager: string;
}

export interface Diagnosis {
  readonly verdict: Verdict;
  readonly matrix?: AppliedRow;
  readonly path: readonly PathHop[];
  readonly endpointsOmitted: number;
  readonly findings: readonly JudgedFinding[];
  readonly notChecked: readonly NotChecked[];
  /** Latest first; absent where nothing changed. */
  readonly changes?: readonly Change[];
}

/** A rule of `spec.diagnose.mute`. */
export interface Mute {
  readonly reason: string;
  readonly subject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  /** RFC 3339; absent: for good. */
  readonly until?: string;
}
