import { podHops } from './answering.ts';
import { ASIDE, applicationPorts, meshSidecar, portNumber, probedPorts } from './container-ports.ts';
import type { Evidence } from './evidence.ts';
import type { ServicePort } from './kubernetes.ts';
import { isPassedOn, type Observation } from './observation.ts';
import type { Pod } from './pod.ts';
import { hasCondition } from './serving-pods.ts';

/** Proxies of meshes whose own answer tells of what they send to. */
const PROXIES: ReadonlySet<string> = new Set(['Istio', 'Envoy', 'Linkerd']);

const REFUSED = /connection refused|connect error: 111|connection failure\s*$/i;

/** The sidecar says itself that nobody takes its connection; what came from behind it carries the time that this took. */
function saysRefused(answer: Observation): boolean {
  const { code = 0, answeredBy, headers, bodyStart = '' } = answer;
  const isOwn = answeredBy?.confidence === 'High' && PROXIES.has(answeredBy.product) && !isPassedOn(answer);
  return (
    isOwn &&
    [502, 503, 504].includes(code) &&
    REFUSED.test(`${bodyStart} ${headers['l5d-proxy-error'] ?? ''}`)
  );
}

/** The port is none that the application declares, while it declares another that callers are meant to ask. */
function isUnpromised(pod: Pod, { targetPort, port }: ServicePort): boolean {
  const used = portNumber(pod, targetPort ?? port);
  const ports = applicationPorts(pod);
  const isPromised = ports.some(({ containerPort }) => containerPort === used);
  const hasAnother = ports.some(({ name = '' }) => !ASIDE.test(name));
  return used !== undefined && !isPromised && hasAnother && !probedPorts(pod).includes(used);
}

type Seen = Partial<Pick<Evidence, 'hops' | 'endpoints'>>;

/**
 * Pods whose sidecar takes the connection to a port on which nobody behind it listens: a dial finds every port open there.
 */
export const hiddenBySidecar = (serving: readonly Pod[], port: ServicePort, seen: Seen): readonly Pod[] => {
  const refused = podHops(seen).filter(({ observation }) => saysRefused(observation));
  return serving.filter(
    (pod) =>
      refused.some(({ podName }) => podName === pod.metadata.name) &&
      meshSidecar(pod) !== undefined &&
      hasCondition(pod, 'ContainersReady') &&
      isUnpromised(pod, port),
  );
};

/** Whether all Pods that were asked and did not answer well are among these. */
export const areAllThatFail = (pods: readonly Pod[], seen: Seen): boolean =>
  podHops(seen)
    .filter(({ observation }) => !observation.success)
    .every(({ podName }) => pods.some(({ metadata }) => metadata.name === podName));
