import { defineCheck } from '../model/check.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { rulesForHost } from '../topology/ingress-rules.ts';

const hostsOf = ({ spec }: Ingress): string[] =>
  (spec.rules ?? []).flatMap(({ host = '' }) => (host === '' ? [] : [host]));

/** The Ingress that should have taken the host: the one that the probe names, else the one whose host is misspelt. */
function meantFor(host: string, { candidates, others = [] }: IngressEvidence): Ingress | undefined {
  const close = nearest(host, others.flatMap(hostsOf));
  return candidates[0] ?? others.find((ingress) => close !== undefined && hostsOf(ingress).includes(close));
}

export const ingressHost = defineCheck({
  id: 'ingress-host',
  title: 'A rule of the Ingress takes the host',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'home'],
  reasons: {
    HostMatchesNoRule: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No rule of Ingress {ingress} takes host {host}; it has {hosts}',
      fix: 'Add a rule for {host} to Ingress {ingress}, or ask {nearest}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['HostHasNoTLS', 'CertificateHostMismatch', 'CertificateUntrusted'],
    },
    NoIngressForHost: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The request for host {host} reaches an ingress controller, and no Ingress has a rule for it',
      fix: 'Add an Ingress with a rule for {host}, or ask a host that an Ingress has',
      command: 'kubectl get ingress --all-namespaces',
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['CertificateHostMismatch', 'CertificateUntrusted'],
    },
  },
  run({ ingress: route, request: { host }, observation, home }, report) {
    const isTaken = route.match !== undefined || rulesForHost(route.candidates, host).length > 0;
    if (isTaken || route.missing !== undefined || answeredByApplication(observation)) return [];
    const ingress = meantFor(host, route);
    if (ingress === undefined) {
      const subject = { kind: 'Host', name: host, ref: `Host/${host}` };
      return [report('NoIngressForHost', { subject, slots: { host }, confidence: 'Medium' })];
    }
    const { name, namespace = home } = ingress.metadata;
    const hosts = hostsOf(ingress);
    const close = nearest(host, hosts) ?? (hosts.join(' or ') || 'another Ingress');
    return [
      report('HostMatchesNoRule', {
        subject: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, 'spec.rules'),
        slots: { ingress: name, namespace, host, hosts: hosts.join(', ') || 'no host', nearest: close },
        observed: host,
        expected: close,
      }),
    ];
  },
});
