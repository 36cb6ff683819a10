import type { Node } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { hasCondition } from '../model/serving-pods.ts';

/** Whether the Pod takes requests at this port of its Node's own address. */
const takesOnNode = ({ spec }: Pod, port: number): boolean =>
  spec.containers.some(({ ports = [] }) =>
    ports.some(
      ({ containerPort, hostPort = spec.hostNetwork === true ? containerPort : undefined }) =>
        hostPort === port,
    ),
  );

const isReadyNode = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

/**
 * The Pod of a controller that would take the request at the Node that was asked, and is not ready while one of another
 * Node is. A Node that is not ready itself is the Node's own fault, and where nobody is ready the Node does not matter.
 */
export function unreadyOnNode(node: Node, port: number, pods: readonly Pod[]): Pod | undefined {
  const taking = pods.filter((pod) => takesOnNode(pod, port));
  const here = taking.filter(({ spec }) => spec.nodeName === node.metadata.name);
  const isServed = here.some((pod) => hasCondition(pod, 'Ready'));
  const isServedElsewhere = taking.some((pod) => hasCondition(pod, 'Ready'));
  return isReadyNode(node) && !isServed && isServedElsewhere ? here[0] : undefined;
}
