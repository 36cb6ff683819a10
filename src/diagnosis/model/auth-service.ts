import type { Node, Service, ServicePort } from './kubernetes.ts';
import type { ObjectReference } from './reference.ts';
import type { PodsEvidence, RouteEndpoint } from './route-evidence.ts';
import type { WorkloadsEvidence } from './workloads-evidence.ts';

/** The Service of the cluster that an ingress controller asks whether it may let a request through, and what stands behind it. */
export interface AuthServiceEvidence {
  readonly reference: ObjectReference;
  /** Absent when it was looked for and does not exist. */
  readonly service?: Service;
  readonly askedPort: number;
  /** Absent when the Service has no such port. */
  readonly port?: ServicePort;
  readonly endpoints: readonly RouteEndpoint[];
  readonly pods: PodsEvidence;
  readonly workloads: WorkloadsEvidence;
  /** Of its Pods, by name; absent where they could not be read. */
  readonly nodes?: ReadonlyMap<string, Node>;
}
