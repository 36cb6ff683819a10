import { defineCheck } from '../model/check.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { Service } from '../model/kubernetes.ts';
import { isHostUnknown, type Observation, remoteIP } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';

const hasAddress = ({ spec, status }: Service): boolean =>
  (status?.loadBalancer?.ingress ?? []).length + (spec.externalIPs ?? []).length > 0;

const portsOf = ({ spec }: Service): readonly number[] => (spec.ports ?? []).map(({ port }) => port);

/** The Service to whose address a connection was tried, on a port that none of that address has. */
function closedService(
  services: readonly Service[],
  observation: Observation,
  { port }: RoutedRequest,
): Service | undefined {
  const remote = observation.failure?.phase === 'Connect' ? remoteIP(observation) : undefined;
  const asked = services.filter(
    ({ spec, status }) =>
      remote !== undefined &&
      [...(spec.externalIPs ?? []), ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip)].includes(
        remote,
      ),
  );
  return asked.some((service) => portsOf(service).includes(port)) ? undefined : asked[0];
}

export const controllerService = defineCheck({
  id: 'controller-service',
  title: 'The Service of the ingress controller has an address, and the port that is asked',
  layer: 'LoadBalancer',
  needs: ['controllerServices', 'ingress', 'request', 'observation', 'home'],
  reasons: {
    ControllerServiceHasNoAddress: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} of the ingress controller gets no address, so Ingress {ingress} has none',
      fix: 'See in the Events of Service {service} why no load balancer gives it an address',
      command: "kubectl -n '{namespace}' describe service '{name}'",
      explains: ['NoAddress', 'DNS'],
      // A record for its host has nothing to lead to, and external-dns nothing to publish.
      leadsTo: ['IngressHasNoAddress', 'HostNotFound'],
    },
    ControllerServiceLacksPort: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Service {service} of the ingress controller has no port {port}, on which Ingress {ingress} is asked; it has {ports}',
      fix: 'Add port {port} to Service {service}, or ask a port that it has',
      command: "kubectl -n '{namespace}' describe service '{name}'",
      explains: ['Connection', 'Timeout'],
      leadsTo: ['TimeoutBeforePods'],
    },
  },
  run({ controllerServices: { services, events }, ingress, request, observation, home }, report) {
    const closed = closedService(services, observation, request);
    const asked = ingress.match?.ingress;
    if (closed !== undefined && asked !== undefined) {
      const { name, namespace = home } = closed.metadata;
      const subject = referenceTo({ kind: 'Service', namespace, name }, home, 'spec.ports');
      const ports = portsOf(closed).join(', ');
      const names = { service: subject.ref, ingress: asked.metadata.name, namespace, name };
      const slots = { ...names, port: request.port, ports };
      // Another Service may share its address.
      return [
        report('ControllerServiceLacksPort', { subject, slots, expected: ports, confidence: 'Medium' }),
      ];
    }
    const object = ingress.match?.ingress ?? ingress.candidates[0];
    const isServed = (object?.status?.loadBalancer?.ingress ?? []).length > 0;
    const [service] = services;
    if (object === undefined || service === undefined || isServed || services.some(hasAddress)) return [];
    const { name, namespace = home } = service.metadata;
    const subject = referenceTo({ kind: 'Service', namespace, name }, home);
    const refusal = eventsAbout('Service', service.metadata, events).find(({ type }) => type === 'Warning');
    // Without a load balancer, controllers are also reached at their Nodes, by records that are made by hand.
    const isDoubtful = refusal === undefined && isHostUnknown(observation);
    return [
      report('ControllerServiceHasNoAddress', {
        subject,
        slots: { service: subject.ref, ingress: object.metadata.name, namespace, name },
        evidence: refusal === undefined ? [] : [`${refusal.reason}: ${refusal.message}`],
        confidence: refusal === undefined ? 'Medium' : 'High',
        ...(isDoubtful ? { severity: 'Warning' } : {}),
      }),
    ];
  },
});
