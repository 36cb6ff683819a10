import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { atMostMedium, type Confidence } from '../model/vocabulary.ts';
import { appliedRule, isDefaultRule, listenerFor } from '../topology/alb-rules.ts';
import { rulesForHost } from '../topology/ingress-rules.ts';

const hostsOf = ({ spec }: Ingress): string[] =>
  (spec.rules ?? []).flatMap(({ host = '' }) => (host === '' ? [] : [host]));

/** A domain and its `www.` are mostly meant for one site. */
const twinOf = (host: string): string => (host.startsWith('www.') ? host.slice(4) : `www.${host}`);

const closest = (host: string, known: readonly string[]): string | undefined =>
  known.includes(twinOf(host)) ? twinOf(host) : nearest(host, known);

/** The Ingress that should have taken the host: the one that the probe names, else the one whose host is misspelt. */
function meantFor(host: string, { candidates, others = [] }: IngressEvidence): Ingress | undefined {
  const close = closest(host, others.flatMap(hostsOf));
  return candidates[0] ?? others.find((ingress) => close !== undefined && hostsOf(ingress).includes(close));
}

interface HostEvidence extends Pick<Evidence, 'ingress' | 'request'>, Partial<Pick<Evidence, 'listeners'>> {}

/**
 * How sure it is that nothing takes the host where the request came to a load balancer by DNS: this may have rules that
 * no Ingress made, and then it is theirs to explain the answer.
 */
function surenessOf({ ingress, request, listeners = [] }: HostEvidence): Confidence {
  if (ingress.loadBalancer === undefined) return 'High';
  const listener = listenerFor(listeners, request.port);
  const applied = listener && appliedRule(listener, request);
  if (applied === undefined) return 'Medium';
  if (!isDefaultRule(applied.rule)) return 'Low';
  return applied.certain ? 'High' : 'Medium';
}

/** A rule takes the host, or nobody can tell for the Ingress does not exist. */
function isTaken({ match, candidates, missing }: IngressEvidence, host: string): boolean {
  return match !== undefined || missing !== undefined || rulesForHost(candidates, host).length > 0;
}

const entranceOf = ({ loadBalancer }: IngressEvidence): string =>
  loadBalancer === undefined ? 'an ingress controller' : 'the load balancer of Ingresses';

export const ingressHost = defineCheck({
  id: 'ingress-host',
  title: 'A rule of the Ingress takes the host',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'home'],
  wants: ['listeners'],
  reasons: {
    HostMatchesNoRule: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No rule of Ingress {ingress} takes host {host}; it has {hosts}',
      fix: 'Add a rule for {host} to Ingress {ingress}, or ask {nearest}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['HostHasNoTLS', 'CertificateHostMismatch', 'CertificateUntrusted', 'ALBRuleNotFound'],
    },
    NoIngressForHost: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The request for host {host} reaches {entrance}, and no Ingress has a rule for it',
      fix: 'Add an Ingress with a rule for {host}, or ask a host that an Ingress has',
      command: 'kubectl get ingress --all-namespaces',
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['CertificateHostMismatch', 'CertificateUntrusted', 'ALBRuleNotFound'],
    },
  },
  run(evidence, report) {
    const { ingress: route, request, observation, home } = evidence;
    const { host } = request;
    if (isTaken(route, host) || answeredByApplication(observation)) return [];
    const confidence = surenessOf(evidence);
    const ingress = meantFor(host, route);
    if (ingress === undefined) {
      const subject = { kind: 'Host', name: host, ref: `Host/${host}` };
      const slots = { host, entrance: entranceOf(route) };
      // It may be that none should be.
      return [report('NoIngressForHost', { subject, slots, confidence: atMostMedium(confidence) })];
    }
    const { name, namespace = home } = ingress.metadata;
    const hosts = hostsOf(ingress);
    const close = closest(host, hosts) ?? (hosts.join(' or ') || 'another Ingress');
    return [
      report('HostMatchesNoRule', {
        subject: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, 'spec.rules'),
        slots: { ingress: name, namespace, host, hosts: hosts.join(', ') || 'no host', nearest: close },
        observed: host,
        expected: close,
        confidence,
      }),
    ];
  },
});
