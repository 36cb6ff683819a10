import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Observation } from '../model/observation.ts';

const REASONS = {
  NXDomain: 'HostNotFound',
  NoRecord: 'HostNotFound',
  ServFail: 'DNSServerFailed',
  DNSFailed: 'DNSServerFailed',
  DNSTimeout: 'DNSServerTimeout',
} as const;

const isKnown = (reason: string): reason is keyof typeof REASONS => reason in REASONS;

type Entrance = Partial<Pick<Evidence, 'ingress' | 'gateways'>>;

/** Where the record should point: the published address of the Ingress or Gateway that serves the host. */
function addressFor({ ingress: route, gateways }: Entrance): string | undefined {
  const [published] = gateways?.asked?.gateway.status?.addresses ?? [];
  if (published?.value !== undefined) return published.value;
  const ingress = route?.match?.ingress ?? route?.candidates[0];
  const [address] = ingress?.status?.loadBalancer?.ingress ?? [];
  return address?.hostname ?? address?.ip;
}

/** The host that was looked up last; what is known of the route does not concern one that a redirect names. */
function lookedUp({ redirects, finalURL }: Observation, asked: string, entrance: Entrance) {
  if (redirects.length > 0 && URL.canParse(finalURL)) return { host: new URL(finalURL).hostname };
  const address = addressFor(entrance);
  return { host: asked, ...(address === undefined ? {} : { address }) };
}

export const dnsHost = defineCheck({
  id: 'dns-host',
  title: 'DNS knows the host',
  layer: 'DNS',
  needs: ['observation', 'request'],
  wants: ['ingress', 'gateways'],
  reasons: {
    HostNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'DNS has no address for {host}',
      fix: 'Create a DNS record for {host} that points to {address}',
      explains: ['DNS'],
    },
    DNSServerFailed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The DNS servers fail to answer for {host}',
      fix: 'See why the name servers of the zone of {host} fail: delegation, DNSSEC, or the servers themselves',
      explains: ['DNS'],
    },
    DNSServerTimeout: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No DNS server answered for {host} in time',
      fix: 'See whether the name servers of the zone of {host} and the DNS of the cluster can be reached',
      explains: ['DNS'],
    },
  },
  run({ observation, request, ...entrance }, report) {
    const { failure } = observation;
    if (failure?.phase !== 'Resolve' || !isKnown(failure.reason)) return [];
    const { host, address = 'its load balancer' } = lookedUp(observation, request.host, entrance);
    return [
      report(REASONS[failure.reason], {
        subject: { kind: 'Host', name: host, ref: `Host/${host}` },
        slots: { host, address },
        evidence: [failure.message],
        confidence: failure.reason === 'DNSTimeout' ? 'Medium' : 'High',
      }),
    ];
  },
});
