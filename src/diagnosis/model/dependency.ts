import type { AuthServiceEvidence } from './auth-service.ts';
import type { KubernetesEvent } from './kubernetes.ts';
import type { ObjectReference } from './reference.ts';
import type { LogExcerpt } from './route-evidence.ts';
import { hasCondition, servingPods } from './serving-pods.ts';

/** Who says that it does not reach a Service. */
export interface Mention {
  readonly by: 'Answer' | 'Log' | 'Event';
  /** Redacted. */
  readonly line: string;
  /** Of the Pod that wrote it, or of which the kubelet wrote it. */
  readonly podName?: string;
  /** Named as hosts are, and not by a word that may be anything. */
  readonly isCertain: boolean;
  /** The Service on the same list whose Pods said so; absent: the application's own did. */
  readonly through?: ObjectReference;
}

/** A Service of the cluster that the application, or what it depends on, says it does not reach. */
export interface Dependency extends Omit<AuthServiceEvidence, 'askedPort'> {
  readonly mentions: readonly Mention[];
  readonly events: readonly KubernetesEvent[];
  readonly logs: readonly LogExcerpt[];
  /** A Service of the same namespace whose name is so near that it may have been meant. */
  readonly nearest?: string;
}

/** Whether anybody behind the Service takes requests; an address that is told before its Pod is ready proves nothing. */
export function isUsable({ service, endpoints, pods }: Dependency): boolean {
  const serving = servingPods(pods);
  const isTold = service?.spec.publishNotReadyAddresses === true && serving.length > 0;
  return (
    endpoints.some(({ ready }) => ready) && (!isTold || serving.some((pod) => hasCondition(pod, 'Ready')))
  );
}
