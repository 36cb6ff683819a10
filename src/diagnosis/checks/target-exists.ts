import { defineCheck } from '../model/check.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { Evidence } from '../model/evidence.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { isHostUnknown } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { ServiceEvidence } from '../model/route-evidence.ts';
import { hasCondition } from '../model/serving-pods.ts';
import { controllerOf } from '../topology/ingress-controllers.ts';

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

type Addressing = Pick<Evidence, 'observation'> &
  Partial<Pick<Evidence, 'ingress' | 'ingressClass' | 'controllerPods' | 'events'>>;

/** Whether nobody can have given the Ingress an address: it has no class, or its controller is seen not to work. */
function isNobodys({
  ingressClass,
  controllerPods,
}: Pick<Addressing, 'ingressClass' | 'controllerPods'>): boolean {
  if (ingressClass === undefined) return false;
  const { ingress, named, ingressClass: serving } = ingressClass;
  if (serving === undefined) return named === undefined || ingress.spec.ingressClassName !== undefined;
  const isKnown = controllerPods !== undefined && controllerOf(serving.spec.controller) !== undefined;
  return isKnown && !controllerPods.some((pod) => hasCondition(pod, 'Ready'));
}

/** The Ingress of which a missing address is what was seen, or why its host has no record, and how heavy that is. */
function addressless({ observation, ingress, events = [], ...serving }: Addressing) {
  const isUnpublished = isHostUnknown(observation) && ingress?.match !== undefined;
  const isAsked = isUnpublished || observation.failure?.reason === 'NoAddress';
  const object = isAsked ? ingress && unserved(ingress) : undefined;
  if (object === undefined) return undefined;
  const refusal = eventsAbout('Ingress', object.metadata, events).find(({ type }) => type === 'Warning');
  if (refusal !== undefined)
    return { object, weight: { evidence: [`${refusal.reason}: ${refusal.message}`] } } as const;
  // Some controllers publish no addresses, and records for their hosts are made by hand.
  const isDoubtful = isUnpublished && !isNobodys(serving);
  return { object, weight: { confidence: 'Medium', severity: isDoubtful ? 'Warning' : 'Error' } } as const;
}

/** A Service that an Ingress names is that Ingress' fault, not the probe's. */
const isNamedByProbe = ({ askedBy }: ServiceEvidence): boolean =>
  askedBy.kind !== 'Ingress' && askedBy.kind !== 'HTTPRoute';

export const targetExists = defineCheck({
  id: 'target-exists',
  title: 'What the probe names exists and is served',
  layer: 'Ingress',
  needs: ['observation', 'home'],
  wants: ['ingress', 'ingressClass', 'controllerPods', 'service', 'events'],
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
      explains: ['NoAddress', 'DNS'],
      // A record for its host has nothing to lead to, and external-dns nothing to publish.
      leadsTo: ['HostNotFound'],
    },
  },
  run({ observation, home, ingress, service, events = [], ...serving }, report) {
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
    const without = addressless({ observation, events, ...(ingress && { ingress }), ...serving });
    if (without === undefined) return [];
    const { name, namespace = home } = without.object.metadata;
    return [
      report('IngressHasNoAddress', {
        subject: referenceTo({ kind: 'Ingress', ...without.object.metadata }, home),
        slots: { ingress: name, namespace },
        ...without.weight,
      }),
    ];
  },
});
