import { defineCheck } from '../model/check.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { ServiceEvidence } from '../model/evidence.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { referenceTo } from '../model/reference.ts';

/** `, such as shop` where one that exists is close to the name. */
function suggestion(name: string, existing: readonly string[]): string {
  const close = nearest(name, existing);
  return close === undefined ? '' : `, such as ${close}`;
}

/** The Ingress that the probe means, where nobody has given it an address. */
function unserved({ match, candidates }: IngressEvidence) {
  const ingress = match?.ingress ?? candidates[0];
  const addresses = ingress?.status?.loadBalancer?.ingress ?? [];
  return addresses.length === 0 ? ingress : undefined;
}

/** A Service that an Ingress names is that Ingress' fault, not the probe's. */
const isNamedByProbe = ({ askedBy }: ServiceEvidence): boolean =>
  askedBy.kind !== 'Ingress' && askedBy.kind !== 'HTTPRoute';

export const targetExists = defineCheck({
  id: 'target-exists',
  title: 'What the probe names exists and is served',
  layer: 'Ingress',
  needs: ['observation', 'home'],
  wants: ['ingress', 'service', 'events'],
  reasons: {
    IngressNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} does not exist in namespace {namespace}',
      fix: 'Create Ingress {ingress}, or name one that exists{suggestion}',
      command: "kubectl -n '{namespace}' get ingress",
      explains: ['TargetNotFound'],
    },
    ServiceNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Service',
      message: 'Service {service} does not exist in namespace {namespace}',
      fix: 'Create Service {service}, or name one that exists{suggestion}',
      command: "kubectl -n '{namespace}' get services",
      explains: ['TargetNotFound', 'DNS', 'Connection', 'Timeout'],
      leadsTo: ['HostNotFound'],
    },
    IngressHasNoAddress: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No controller has given Ingress {ingress} an address',
      fix: 'See what the Events of Ingress {ingress} and the log of its controller say',
      command: "kubectl -n '{namespace}' describe ingress '{ingress}'",
      explains: ['NoAddress'],
    },
  },
  run({ observation, home, ingress, service, events = [] }, report) {
    if (ingress?.missing !== undefined) {
      const { name, namespace = home } = ingress.missing;
      const existing = (ingress.others ?? []).map(({ metadata }) => metadata.name);
      const slots = { ingress: name, namespace, suggestion: suggestion(name, existing) };
      return [report('IngressNotFound', { subject: ingress.missing, slots })];
    }
    if (service !== undefined && service.service === undefined && isNamedByProbe(service)) {
      const { name, namespace = home } = service.reference;
      const slots = { service: name, namespace, suggestion: suggestion(name, service.otherServices) };
      return [report('ServiceNotFound', { subject: service.reference, slots })];
    }
    if (ingress === undefined || observation.failure?.reason !== 'NoAddress') return [];
    const object = unserved(ingress);
    if (object === undefined) return [];
    const { name, namespace = home } = object.metadata;
    const refusal = eventsAbout('Ingress', object.metadata, events).find(({ type }) => type === 'Warning');
    return [
      report('IngressHasNoAddress', {
        subject: referenceTo({ kind: 'Ingress', ...object.metadata }, home),
        slots: { ingress: name, namespace },
        evidence: refusal === undefined ? [] : [`${refusal.reason}: ${refusal.message}`],
        confidence: refusal === undefined ? 'Medium' : 'High',
      }),
    ];
  },
});
