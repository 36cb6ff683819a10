import { defineCheck } from '../model/check.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { Service } from '../model/kubernetes.ts';
import { isHostUnknown } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';

const hasAddress = ({ spec, status }: Service): boolean =>
  (status?.loadBalancer?.ingress ?? []).length + (spec.externalIPs ?? []).length > 0;

export const controllerService = defineCheck({
  id: 'controller-service',
  title: 'The Service of the ingress controller has an address',
  layer: 'LoadBalancer',
  needs: ['controllerServices', 'ingress', 'observation', 'home'],
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
  },
  run({ controllerServices: { services, events }, ingress, observation, home }, report) {
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
