import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Dial, PodsEvidence, ServiceEvidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { Container } from '../model/pod.ts';

const containersOf = ({ pods }: PodsEvidence): readonly Container[] =>
  pods.flatMap((pod) => pod.spec.containers);

const declaredPorts = (containers: readonly Container[]) =>
  containers.flatMap(({ ports = [] }) => ports).filter(({ protocol = 'TCP' }) => protocol === 'TCP');

function describePorts(containers: readonly Container[], dials: readonly Dial[]): string {
  const open = dials.filter(({ result }) => result === 'Open').map(({ port }) => String(port));
  const declared = declaredPorts(containers).map(({ name, containerPort }) =>
    name === undefined ? String(containerPort) : `${containerPort} (${name})`,
  );
  return [...new Set(open.length > 0 ? open : declared)].sort().join(', ') || 'no port';
}

/** `spec.ports[i].targetPort` of the port that the request uses. */
const targetPortField = ({ service }: ServiceEvidence, port: ServicePort): string =>
  `spec.ports[${service?.spec.ports?.indexOf(port) ?? 0}].targetPort`;

function isProvedClosed(dials: readonly Dial[]): boolean {
  const used = dials.filter(({ alternative }) => !alternative);
  return used.length > 0 && used.every(({ result }) => result === 'Refused');
}

export const serviceTargetPort = defineCheck({
  id: 'service-target-port',
  title: 'The Service sends to a port that its Pods open',
  layer: 'Service',
  needs: ['service', 'pods'],
  wants: ['dials'],
  reasons: {
    TargetPortNotOpen: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} sends to port {targetPort}; its Pods open {open}',
      fix: 'Set targetPort of Service {service} to {suggested}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
    },
    TargetPortNameUnknown: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} sends to a port named {targetPort}; no container of its Pods has a port of that name',
      fix: 'Name a container port {targetPort}, or set targetPort of Service {service} to {suggested}',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: [...GATEWAY_SYMPTOMS, 404],
      leadsTo: ['NoEndpoints'],
    },
  },
  run({ service: route, pods, dials = [] }, report) {
    const { service, port, reference } = route;
    if (service === undefined || port === undefined || pods.pods.length === 0) return [];
    const containers = containersOf(pods);
    const declared = declaredPorts(containers);
    const targetPort = port.targetPort ?? port.port;
    const reason = typeof targetPort === 'string' ? 'TargetPortNameUnknown' : 'TargetPortNotOpen';
    const isRight =
      typeof targetPort === 'string'
        ? declared.some(({ name }) => name === targetPort)
        : !isProvedClosed(dials);
    // A number that no container declares may still be open: declaring is optional, so only a refused dial accuses.
    if (isRight) return [];
    const open = describePorts(containers, dials);
    return [
      report(reason, {
        subject: { ...reference, field: targetPortField(route, port) },
        slots: {
          namespace: service.metadata.namespace ?? '',
          service: service.metadata.name,
          targetPort,
          open,
          suggested: open,
        },
        observed: String(targetPort),
        expected: open,
      }),
    ];
  },
});
