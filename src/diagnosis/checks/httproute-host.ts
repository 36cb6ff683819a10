import { defineCheck } from '../model/check.ts';
import type { HTTPRoute } from '../model/gateway-api.ts';
import type { HTTPRouteEvidence } from '../model/http-route-evidence.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { closestRank, routeHosts } from '../topology/route-hosts.ts';

const hostsOf = ({ spec }: HTTPRoute): readonly string[] => spec.hostnames ?? [];

/** The HTTPRoute that should have taken the host: the one that the probe names, else the one whose host is misspelt. */
function meantFor(host: string, { candidates, others }: HTTPRouteEvidence): HTTPRoute | undefined {
  const close = nearest(host, others.flatMap(hostsOf));
  return candidates[0] ?? others.find((route) => close !== undefined && hostsOf(route).includes(close));
}

export const httpRouteHost = defineCheck({
  id: 'httproute-host',
  title: 'The HTTPRoute takes the host',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'observation', 'home'],
  reasons: {
    HostMatchesNoHTTPRoute: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} does not take host {host}; it has {hosts}',
      fix: 'Add {host} to spec.hostnames of HTTPRoute {route}, or ask {nearest}',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['CertificateHostMismatch', 'CertificateUntrusted'],
    },
    NoHTTPRouteForHost: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The request for host {host} reaches a Gateway, and no HTTPRoute takes it',
      fix: 'Add an HTTPRoute for {host}, or ask a host that an HTTPRoute has',
      command: 'kubectl get httproutes --all-namespaces',
      explains: [404, 'TLS', 'Connection'],
      leadsTo: ['CertificateHostMismatch', 'CertificateUntrusted'],
    },
  },
  run({ httpRoute: evidence, request: { host }, observation, home }, report) {
    const { candidates, missing } = evidence;
    const isTaken = candidates.some((route) => closestRank(routeHosts(route), host) !== undefined);
    if (isTaken || missing !== undefined || answeredByApplication(observation)) return [];
    const route = meantFor(host, evidence);
    if (route === undefined) {
      const subject = { kind: 'Host', name: host, ref: `Host/${host}` };
      return [report('NoHTTPRouteForHost', { subject, slots: { host }, confidence: 'Medium' })];
    }
    const { name, namespace = home } = route.metadata;
    const hosts = hostsOf(route);
    const close = nearest(host, hosts) ?? hosts.join(' or ');
    return [
      report('HostMatchesNoHTTPRoute', {
        subject: referenceTo({ kind: 'HTTPRoute', ...route.metadata }, home, 'spec.hostnames'),
        slots: { route: name, namespace, host, hosts: hosts.join(', '), nearest: close },
        observed: host,
        expected: close,
      }),
    ];
  },
});
