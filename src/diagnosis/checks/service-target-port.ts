import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { declaredPorts, portNumber } from '../model/container-ports.ts';
import { dialledPods, isDeclaredInVain } from '../model/dialled-pods.ts';
import type { ServiceEvidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { servingPods } from '../model/serving-pods.ts';

const written = (words: readonly (string | number)[], between: string): string =>
  [...new Set(words.map(String))].sort().join(between);

/** What the Pods offer instead: ports proved open before those that are only declared. */
function offered(pods: readonly Pod[], open: readonly number[]) {
  if (open.length > 0) return { open: `open ${written(open, ', ')}`, suggested: written(open, ' or ') };
  const declared = pods.flatMap((pod) => declaredPorts(pod));
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

export const serviceTargetPort = defineCheck({
  id: 'service-target-port',
  title: 'The Service sends to a port that its Pods open',
  layer: 'Service',
  needs: ['service', 'pods', 'home'],
  wants: ['dials'],
  reasons: {
    TargetPortNotOpen: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} sends to port {targetPort}, where nothing listens; its Pods {open}',
      fix: 'Set targetPort of Service {service} to {suggested}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
    },
    TargetPortNameUnknown: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} sends to a port named {targetPort}, which its Pods do not have; they {open}',
      fix: 'Set targetPort of Service {service} to {suggested}, or name a container port {targetPort}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: [404, ...GATEWAY_SYMPTOMS],
      leadsTo: ['NoEndpoints', 'NoReadyEndpoints'],
    },
  },
  run({ service: route, pods, home, dials = [] }, report) {
    const { service, port, reference } = route;
    if (service === undefined || port === undefined) return [];
    const serving = servingPods(pods);
    const targetPort = port.targetPort ?? port.port;
    const nameless = serving.filter((pod) => portNumber(pod, targetPort, port.protocol) === undefined);
    const dialled = dialledPods(pods, dials);
    const closed = dialled.filter((pod) => pod.refused && !isDeclaredInVain(pod));
    const [reason, wrong, all] =
      nameless.length > 0
        ? (['TargetPortNameUnknown', nameless, serving] as const)
        : (['TargetPortNotOpen', closed.map(({ pod }) => pod), dialled] as const);
    // A number that no container declares may still be open, so only a refused dial accuses one.
    if (wrong.length === 0) return [];
    const offer = offered(
      wrong,
      closed.flatMap(({ open }) => open),
    );
    const { name, namespace = home } = reference;
    return [
      report(reason, {
        subject: { ...reference, field: fieldOf(route, port) },
        slots: { service: name, namespace, targetPort, ...offer },
        observed: String(targetPort),
        expected: offer.suggested,
        severity: wrong.length === all.length ? 'Error' : 'Warning',
      }),
    ];
  },
});
