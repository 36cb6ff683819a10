import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { type Observation, remoteIP } from '../model/observation.ts';
import type { Pod } from '../model/pod.ts';
import { referenceTo } from '../model/reference.ts';
import { namesOf } from '../model/serving-pods.ts';
import { servingBeside, unreadyOnNode } from '../topology/controller-on-node.ts';
import { namedClass } from '../topology/ingress-class.ts';
import { controllerOf } from '../topology/ingress-controllers.ts';
import { topOwner } from '../topology/owners.ts';
import { faultOf } from './pods-down.ts';

const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** An application, or the product of this very controller, answered: the controller is there, seen or not. */
function isAtWork({ answeredBy }: Observation, controller: string): boolean {
  if (answeredBy === undefined || answeredBy.confidence === 'Low') return false;
  const { layer, product } = answeredBy;
  return layer === 'Application' || controller.toLowerCase().includes(product.toLowerCase());
}

/** Somebody took the connection: perhaps a controller whose Pods do not look like one, or that may not be seen. */
const isTaken = ({ code, tls, failure }: Observation): boolean =>
  code !== undefined || tls !== undefined || failure?.phase === 'Wait' || failure?.phase === 'Receive';

/** Why its containers do not run, in the kubelet's words. */
const waitingFor = ({ status }: Pod): readonly string[] =>
  (status.containerStatuses ?? []).flatMap(({ name, ready, state }) =>
    ready ? [] : [`container ${name}: ${state?.waiting?.reason ?? 'not ready'}`],
  );

/** The controller's own Pod on the Node that was asked, where another Node has one that is ready. */
function brokenOnNode({
  ingressClass: { ingressClass },
  controllerPods,
  request,
  observation,
  home,
  askedNode,
}: Pick<Evidence, 'ingressClass' | 'controllerPods' | 'request' | 'observation' | 'home'> &
  Partial<Pick<Evidence, 'askedNode'>>) {
  const pod = askedNode && unreadyOnNode(askedNode, request.port, controllerPods);
  if (askedNode === undefined || pod === undefined) return undefined;
  const { namespace = home } = pod.metadata;
  const subject = referenceTo({ ...topOwner(pod, { replicaSets: [], jobs: [] }), namespace }, home);
  const controller = ingressClass?.spec.controller ?? '';
  return {
    subject,
    slots: { node: askedNode.metadata.name, workload: subject.ref, controller, namespace },
    evidence: waitingFor(pod),
    // A time-out may come of what stands between as well.
    confidence: observation.failure?.reason === 'ConnectionRefused' ? 'High' : 'Medium',
  } as const;
}

/** No Pod of the controller on the Node that was asked, to which DNS leads beside others that have one. */
function absentOnNode({
  ingressClass: { ingressClass },
  controllerPods,
  controllerNodes: nodes = [],
  hostRecords,
  request,
  observation,
  home,
  askedNode,
}: Pick<Evidence, 'ingressClass' | 'controllerPods' | 'request' | 'observation' | 'home'> &
  Partial<Pick<Evidence, 'askedNode' | 'controllerNodes' | 'hostRecords'>>) {
  const { addresses = [], host = request.host, isByName = false } = hostRecords ?? {};
  const isListed = isByName && addresses.includes(remoteIP(observation) ?? '');
  if (askedNode === undefined || !isListed || observation.failure?.reason !== 'ConnectionRefused')
    return undefined;
  const pod = servingBeside(askedNode, request.port, controllerPods, { nodes, addresses });
  if (pod === undefined) return undefined;
  const { namespace = home } = pod.metadata;
  const workload = referenceTo({ ...topOwner(pod, { replicaSets: [], jobs: [] }), namespace }, home);
  const controller = ingressClass?.spec.controller ?? '';
  const node = askedNode.metadata.name;
  const slots = { node, host, workload: workload.ref, controller, namespace };
  const evidence = [`DNS leads ${host} to ${[...addresses].sort().join(', ')}`];
  // A DaemonSet is meant for every Node of its kind; all else is where it is, and the record must follow.
  if (workload.kind === 'DaemonSet') return { subject: workload, slots, evidence };
  const record = { kind: 'Host', name: host, ref: `Host/${host}` };
  return { subject: record, layer: 'DNS', slots, evidence } as const;
}

const install = (name: string, ingress: string): string =>
  `Install the controller of class ${name}, or give Ingress ${ingress} a class that has one`;

type Seen = Pick<Evidence, 'ingressClass' | 'controllerPods' | 'observation' | 'home'> &
  Partial<Pick<Evidence, 'controllerWorkload' | 'servedSiblings'>>;

/** The Ingress that kept its class when others of its namespace moved on, where another controller answers. */
function leftBehind({ ingressClass: { ingress, named }, servedSiblings = [], observation, home }: Seen) {
  const [sibling] = servedSiblings;
  if (sibling === undefined || named === undefined || !isTaken(observation)) return undefined;
  const { ingressClassName } = ingress.spec;
  const field = ingressClassName === undefined ? 'metadata.annotations' : 'spec.ingressClassName';
  const subject = referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, field);
  const offered = [...new Set(servedSiblings.flatMap((each) => namedClass(each) ?? []))].sort().join(' or ');
  const { name, namespace = home } = ingress.metadata;
  const remedy = `Give Ingress ${name} class ${offered}, as other Ingresses of namespace ${namespace} have`;
  const evidence = [
    `Ingress ${sibling.metadata.name} is of class ${namedClass(sibling)}, whose controller is ready`,
  ];
  return { subject, evidence, names: { ...namesOf(subject), namespace, remedy } };
}

/** The workload whose Pods are not ready, with the reason; the class where no workload is seen to run its controller. */
function placeOfFault(seen: Seen) {
  const { ingressClass: served, controllerPods, controllerWorkload, observation, home } = seen;
  const fault = controllerWorkload && faultOf(controllerWorkload, observation, home);
  if (fault !== undefined) {
    const { workload, subject, layer, evidence, remedy } = fault;
    return { subject, evidence, names: { ...namesOf(workload), remedy }, ...(layer && { layer }) };
  }
  const left = leftBehind(seen);
  if (left !== undefined) return left;
  const { ingress, ingressClass } = served;
  const name = ingressClass?.metadata.name ?? '';
  const controller = ingressClass?.spec.controller ?? '';
  const subject = referenceTo({ kind: 'IngressClass', name }, home);
  const remedy =
    controllerPods.length === 0
      ? install(name, ingress.metadata.name)
      : `See why the Pods of controller ${controller} are not ready`;
  return { subject, evidence: [], names: { ...namesOf(subject), namespace: home, remedy } };
}

/** How Cloudflare says that the entrance refuses it, or does not answer. */
const SAID_BY_EDGES = [520, 521, 522, 523] as const;

export const ingressController = defineCheck({
  id: 'ingress-controller',
  title: 'A controller serves the class of the Ingress',
  layer: 'Ingress',
  needs: ['ingressClass', 'controllerPods', 'observation', 'request', 'home'],
  wants: ['askedNode', 'controllerNodes', 'controllerWorkload', 'hostRecords', 'servedSiblings'],
  reasons: {
    IngressControllerNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} is of class {class}, and no Pod of its controller {controller} runs',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: ['NoAddress', 'TLS', 404, ...GATEWAY_SYMPTOMS, ...SAID_BY_EDGES],
      leadsTo: [
        'IngressHasNoAddress',
        'HostHasNoTLS',
        'CertificateHostMismatch',
        'CertificateUntrusted',
        ...ANSWERED_ELSEWHERE,
      ],
    },
    IngressControllerNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} is of class {class}, and no Pod of its controller {controller} is ready',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: ['NoAddress', ...GATEWAY_SYMPTOMS, ...SAID_BY_EDGES],
      leadsTo: ['IngressHasNoAddress'],
    },
    IngressControllerNotReadyOnNode: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'The request went to Node {node}, and the Pod of {workload} there, the controller {controller}, is not ready',
      fix: 'See why the Pod of {workload} on Node {node} is not ready, and take the Node out of DNS until it is',
      command: "kubectl -n '{namespace}' get pods -o wide --field-selector 'spec.nodeName={node}'",
      explains: ['Connection', 'Timeout', ...SAID_BY_EDGES],
      leadsTo: ['TimeoutBeforePods', 'NetworkPolicyBlocksIngress'],
    },
    IngressControllerNotOnNode: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'DNS leads {host} to Node {node} too, on which no Pod of {workload}, the controller {controller}, runs',
      fix: 'Let {workload} run on Node {node} again, or take the addresses of that Node out of the record of {host}',
      command: "kubectl -n '{namespace}' get pods -o wide",
      explains: ['Connection', ...SAID_BY_EDGES],
    },
  },
  run(evidence, report) {
    const onNode = brokenOnNode(evidence);
    if (onNode !== undefined) return [report('IngressControllerNotReadyOnNode', onNode)];
    const absent = absentOnNode(evidence);
    if (absent !== undefined)
      return [report('IngressControllerNotOnNode', { ...absent, confidence: 'Medium' })];
    const { ingressClass: served, controllerPods, observation } = evidence;
    const { ingress, ingressClass } = served;
    const controller = ingressClass?.spec.controller ?? '';
    const known = controllerOf(controller);
    const isExpected = known !== undefined && known.mayRunElsewhere !== true;
    if (ingressClass === undefined || !isExpected || controllerPods.some(isReady)) return [];
    if (isAtWork(observation, controller)) return [];
    const { subject, evidence: lines, names, ...place } = placeOfFault(evidence);
    const reason = controllerPods.length === 0 ? 'IngressControllerNotFound' : 'IngressControllerNotReady';
    return [
      report(reason, {
        subject,
        slots: { ...names, ingress: ingress.metadata.name, class: ingressClass.metadata.name, controller },
        evidence: lines,
        ...place,
        confidence: isTaken(observation) ? 'Medium' : 'High',
      }),
    ];
  },
});
