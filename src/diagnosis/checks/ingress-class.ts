import { defineCheck, type Symptom } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { IngressClassEvidence } from '../model/ingress-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';

/** What is seen of an Ingress that no controller takes up: no address, or another controller that does not know it. */
const UNSERVED: readonly Symptom[] = ['NoAddress', 'TLS', 'Connection', 404];
const FOLLOWS = [
  'IngressHasNoAddress',
  'HostHasNoTLS',
  'CertificateHostMismatch',
  'CertificateUntrusted',
  ...ANSWERED_ELSEWHERE,
];

/** Controllers compare the older annotation with a word of their own: a class object of that name need not exist. */
const isObjectNeeded = ({ ingress, named, existing }: IngressClassEvidence): boolean =>
  ingress.spec.ingressClassName !== undefined || nearest(named ?? '', existing) !== undefined;

/** The classes that there are, and what to choose of them. */
function inWords(existing: readonly string[]): { readonly classes: string; readonly offered: string } {
  if (existing.length === 0) {
    return { classes: 'no class', offered: 'the class of a controller, once one is installed' };
  }
  const classes = [...existing].sort().join(', ');
  return { classes, offered: classes };
}

export const ingressClass = defineCheck({
  id: 'ingress-class',
  title: 'The Ingress has a class that exists',
  layer: 'Ingress',
  needs: ['ingressClass', 'observation', 'home'],
  reasons: {
    IngressClassNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} names class {class}, which does not exist; there is {existing}',
      fix: 'Set ingressClassName of Ingress {ingress} to {suggested}',
      command: 'kubectl get ingressclasses',
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    NoIngressClass: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} names no class and no class is the default; there is {existing}',
      fix: 'Set ingressClassName of Ingress {ingress} to {suggested}',
      command: 'kubectl get ingressclasses',
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
  },
  run({ ingressClass: evidence, observation, home }, report) {
    const { ingress, named, ingressClass, existing } = evidence;
    if (ingressClass !== undefined || answeredByApplication(observation)) return [];
    const { name } = ingress.metadata;
    const subject = referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, 'spec.ingressClassName');
    const { classes, offered } = inWords(existing);
    if (named !== undefined) {
      if (!isObjectNeeded(evidence)) return [];
      const suggested = nearest(named, existing) ?? offered;
      const slots = { ingress: name, class: named, existing: classes, suggested };
      return [report('IngressClassNotFound', { subject, slots, observed: named, expected: suggested })];
    }
    const isServed = (ingress.status?.loadBalancer?.ingress ?? []).length > 0;
    if (isServed) return [];
    const slots = { ingress: name, existing: classes, suggested: offered };
    // Some controllers take up an Ingress without a class: only one without an address proves that none does.
    const confidence = observation.failure?.reason === 'NoAddress' ? 'High' : 'Medium';
    return [report('NoIngressClass', { subject, slots, expected: offered, confidence })];
  },
});
