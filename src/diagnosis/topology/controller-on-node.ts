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

/** Those that take requests at this port of their Nodes, on whichever they are. */
const takingOnNodes = (port: number, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter((pod) => takesOnNode(pod, port));

/**
 * The Pod of a controller that would take the request at the Node that was asked, and is not ready while one of another
 * Node is. A Node that is not ready itself is the Node's own fault, and where nobody is ready the Node does not matter.
 */
export function unreadyOnNode(node: Node, port: number, pods: readonly Pod[]): Pod | undefined {
  const taking = takingOnNodes(port, pods);
  const here = taking.filter(({ spec }) => spec.nodeName === node.metadata.name);
  const isServed = here.some((pod) => hasCondition(pod, 'Ready'));
  const isServedElsewhere = taking.some((pod) => hasCondition(pod, 'Ready'));
  return isReadyNode(node) && !isServed && isServedElsewhere ? here[0] : undefined;
}

/** A Pod of the controller that takes requests at another Node, ready and listed by DNS too, where none is on this Node. */
export function servingBeside(
  node: Node,
  port: number,
  pods: readonly Pod[],
  { nodes, addresses }: { readonly nodes: readonly Node[]; readonly addresses: readonly string[] },
): Pod | undefined {
  const taking = takingOnNodes(port, pods);
  if (!isReadyNode(node) || taking.some(({ spec }) => spec.nodeName === node.metadata.name)) return undefined;
  const listed = nodes.filter(({ status }) =>
    (status?.addresses ?? []).some(({ address }) => addresses.includes(address)),
  );
  return taking.find(
    (pod) => hasCondition(pod, 'Ready') && listed.some(({ metadata }) => metadata.name === pod.spec.nodeName),
  );
}
