import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import {
  applicationPorts,
  declaredPorts,
  meshSidecar,
  portNumber,
  probedPorts,
} from '../model/container-ports.ts';
import { type DialledPod, dialledPods, isDeclaredInVain, isNew } from '../model/dialled-pods.ts';
import type { Evidence } from '../model/evidence.ts';
import { areAllThatFail, hiddenBySidecar } from '../model/hidden-port.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import type { ServiceEvidence } from '../model/route-evidence.ts';
import { hasCondition, servingPods } from '../model/serving-pods.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';

const written = (words: readonly (string | number)[], between: string): string =>
  [...new Set(words.map(String))].sort().join(between);

/** What the Pods offer instead: ports proved open before those that are only declared. */
function offered(pods: readonly Pod[], open: readonly number[]) {
  if (open.length > 0) return { open: `open ${written(open, ', ')}`, suggested: written(open, ' or ') };
  const declared = pods.flatMap(applicationPorts);
  const described = declared.map(({ name, containerPort }) =>
    name === undefined ? containerPort : `${containerPort} (${name})`,
  );
  const suggested = declared.map(({ name, containerPort }) => name ?? containerPort);
  return {
    open: `declare ${written(described, ', ') || 'no port'}`,
    suggested: written(suggested, ' or ') || 'the port on which they listen',
  };
}

/** `spec.ports[i].targetPort` of the port that the request uses. */
const fieldOf = ({ service }: ServiceEvidence, port: ServicePort): string =>
  `spec.ports[${service?.spec.ports?.indexOf(port) ?? 0}].targetPort`;

/** A JSON patch that sets targetPort to a port which is open, else to what the Pods declare. */
function patchOf({ service }: ServiceEvidence, port: ServicePort, { open, pods }: Fault): string {
  const [proved] = open;
  const [declared] = pods.flatMap(applicationPorts).map(({ containerPort }) => containerPort);
  const path = `/spec/ports/${service?.spec.ports?.indexOf(port) ?? 0}/targetPort`;
  return JSON.stringify([{ op: 'replace', path, value: proved ?? declared ?? 'PORT' }]);
}

/** What was tried, Pod by Pod, and which of several revisions it concerns. */
function evidenceOf(
  { reason, pods, severity, isHidden }: Fault,
  targetPort: number | string,
): readonly string[] {
  const some = reason !== 'TargetPortNotDeclared' && severity === 'Warning';
  const tried = pods.map((pod) =>
    isHidden
      ? `Pod ${pod.metadata.name}: ${meshSidecar(pod)} takes connections to port ${targetPort} and finds nobody behind it`
      : `Pod ${pod.metadata.name}: port ${targetPort} refuses connections`,
  );
  return [
    ...(some ? [`Pods of ${setsOf(pods)} are concerned, others are not`] : []),
    ...(reason === 'TargetPortNotOpen' ? tried : []),
  ];
}

interface Fault {
  readonly reason: 'TargetPortNameUnknown' | 'TargetPortNotOpen' | 'TargetPortNotDeclared';
  readonly pods: readonly Pod[];
  /** Ports of these Pods that are open. */
  readonly open: readonly number[];
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** A sidecar takes the connection. */
  readonly isHidden?: true;
}

const weigh = (wrong: readonly unknown[], all: readonly unknown[]): Severity =>
  wrong.length === all.length ? 'Error' : 'Warning';

const isUndeclared = (pod: Pod, port: number | string): boolean => {
  const declared = declaredPorts(pod).map(({ containerPort }) => containerPort);
  return (
    typeof port === 'number' && declared.length > 0 && ![...declared, ...probedPorts(pod)].includes(port)
  );
};

/** The ReplicaSets or other owners of Pods: which of several revisions is concerned. */
const setsOf = (pods: readonly Pod[]): string =>
  written(
    pods.map(({ metadata: { ownerReferences = [], name } }) => ownerReferences[0]?.name ?? name),
    ', ',
  );

/** A number that no container declares may still be open: only a refused dial proves that it is not. */
function closedPort(dialled: readonly DialledPod[]): Fault | undefined {
  const closed = dialled.filter((each) => each.refused && !isDeclaredInVain(each));
  if (closed.length === 0) return undefined;
  const open = closed.flatMap((each) => each.open);
  const isDoubtful = open.length === 0 && closed.some(({ isNew }) => isNew);
  return {
    reason: 'TargetPortNotOpen',
    pods: closed.map(({ pod }) => pod),
    open,
    severity: weigh(closed, dialled),
    confidence: isDoubtful ? 'Low' : 'High',
  };
}

type Seen = Pick<Evidence, 'observation'> & Partial<Pick<Evidence, 'hops' | 'endpoints'>>;

/** The sidecar's own answer proves what a dial cannot. */
function hiddenPort(
  port: ServicePort,
  serving: readonly Pod[],
  { observation, ...seen }: Seen,
): Fault | undefined {
  const pods = hiddenBySidecar(serving, port, seen);
  if (pods.length === 0) return undefined;
  return {
    reason: 'TargetPortNotOpen',
    pods,
    open: [],
    severity: areAllThatFail(pods, seen) ? 'Error' : 'Warning',
    confidence: pods.some((pod) => isNew(pod, observation.time)) ? 'Low' : 'High',
    isHidden: true,
  };
}

function faultOf(
  { targetPort, port, protocol }: ServicePort,
  serving: readonly Pod[],
  dialled: readonly DialledPod[],
): Fault | undefined {
  const target = targetPort ?? port;
  const nameless = serving.filter((pod) => portNumber(pod, target, protocol) === undefined);
  const found = { open: [], severity: weigh(nameless, serving) };
  if (nameless.length > 0)
    return { ...found, reason: 'TargetPortNameUnknown', pods: nameless, confidence: 'High' };
  if (dialled.length > 0) return closedPort(dialled);
  const ready = serving.filter((pod) => hasCondition(pod, 'ContainersReady'));
  const isGuess = ready.length > 0 && ready.every((pod) => isUndeclared(pod, target));
  if (!isGuess) return undefined;
  return { open: [], severity: 'Warning', reason: 'TargetPortNotDeclared', pods: ready, confidence: 'Low' };
}

export const serviceTargetPort = defineCheck({
  id: 'service-target-port',
  title: 'The Service sends to a port that its Pods open',
  layer: 'Service',
  needs: ['service', 'pods', 'observation', 'home'],
  wants: ['dials', 'hops', 'endpoints'],
  reasons: {
    TargetPortNotOpen: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} sends to port {targetPort}, where nothing listens; its Pods {open}',
      fix: 'Set targetPort of Service {service} to {suggested}',
      command: "kubectl -n '{namespace}' patch service '{service}' --type=json -p '{patch}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ApplicationProxyBadGateway', 'EndpointsDisagree', ...TARGETS_UNHEALTHY],
    },
    TargetPortNameUnknown: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} sends to a port named {targetPort}, which its Pods do not have; they {open}',
      fix: 'Set targetPort of Service {service} to {suggested}, or name a container port {targetPort}',
      command: "kubectl -n '{namespace}' patch service '{service}' --type=json -p '{patch}'",
      explains: [404, ...GATEWAY_SYMPTOMS],
      leadsTo: ['NoEndpoints', 'NoReadyEndpoints'],
    },
    TargetPortNotDeclared: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'Service {service} sends to port {targetPort}, which could not be dialled; its Pods {open}',
      fix: 'See whether the Pods of Service {service} listen on {targetPort}, or set targetPort to {suggested}',
      command: "kubectl -n '{namespace}' patch service '{service}' --type=json -p '{patch}'",
      explains: [502, 503, 'Connection'],
    },
  },
  run({ service: route, pods, observation, home, dials = [], ...behind }, report) {
    const { service, port, reference } = route;
    if (service === undefined || port === undefined) return [];
    const serving = servingPods(pods);
    const fault =
      hiddenPort(port, serving, { observation, ...behind }) ??
      faultOf(port, serving, dialledPods(pods, dials, observation.time));
    if (fault === undefined) return [];
    const { reason, severity, confidence } = fault;
    const offer = offered(fault.pods, fault.open);
    const targetPort = port.targetPort ?? port.port;
    const { name, namespace = home } = reference;
    return [
      report(reason, {
        subject: { ...reference, field: fieldOf(route, port) },
        slots: { service: name, namespace, targetPort, patch: patchOf(route, port, fault), ...offer },
        observed: String(targetPort),
        expected: offer.suggested,
        evidence: evidenceOf(fault, targetPort),
        severity,
        confidence,
      }),
    ];
  },
});
