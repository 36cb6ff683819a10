import ipaddr from 'ipaddr.js';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Observation, ProbeFailure } from '../model/observation.ts';
import { redirectChain } from '../model/telling-headers.ts';

const REASONS = {
  NXDomain: 'HostNotFound',
  NoRecord: 'HostNotFound',
  ServFail: 'DNSServerFailed',
  DNSFailed: 'DNSServerFailed',
  DNSTimeout: 'DNSServerTimeout',
} as const;

const isKnown = (reason: string): reason is keyof typeof REASONS => reason in REASONS;

type Entrance = Partial<Pick<Evidence, 'ingress' | 'gateways' | 'hostRecords'>>;

/** Where the record should point: the published address of the Ingress or Gateway that serves the host. */
function addressFor({ ingress: route, gateways }: Entrance): string | undefined {
  const [published] = gateways?.asked?.gateway.status?.addresses ?? [];
  if (published?.value !== undefined) return published.value;
  const ingress = route?.match?.ingress ?? route?.candidates[0];
  const [address] = ingress?.status?.loadBalancer?.ingress ?? [];
  return address?.hostname ?? address?.ip;
}

/** Whether the failure tells of this very name. */
const isNamedIn = ({ message }: ProbeFailure, name: string): boolean =>
  message
    .toLowerCase()
    .split(/[\s:,]+/)
    .includes(name.toLowerCase());

/**
 * The name of a load balancer that could not be resolved: where the probe went by the address that an Ingress or Gateway
 * publishes, that is a name, and the failure tells of it, or of no name at all while nobody can resolve it.
 */
function entranceOf({ hostRecords }: Entrance, failure: ProbeFailure) {
  if (hostRecords === undefined || hostRecords.isByName) return undefined;
  const { entrance, host, published, publishedAddresses } = hostRecords;
  const names = published.filter((address) => !ipaddr.isValid(address));
  const isGone = publishedAddresses.length === 0;
  const confidence = isGone ? 'High' : 'Low';
  const failed = names.find((name) => isNamedIn(failure, name));
  if (failed !== undefined) return { entrance, name: failed, confidence } as const;
  const [name] = isGone && !isNamedIn(failure, host) ? names : [];
  return name === undefined ? undefined : ({ entrance, name, confidence } as const);
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
  wants: ['ingress', 'gateways', 'hostRecords'],
  reasons: {
    HostNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'DNS has no address for {host}',
      fix: 'Create a DNS record for {host} that points to {address}',
      explains: ['DNS'],
    },
    LoadBalancerHasNoRecord: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'LoadBalancer',
      message: 'DNS has no address for {host}, by which {entrance} is reached',
      fix: 'See whether the load balancer of {entrance} still exists, and let its controller make it anew',
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
    const reason = REASONS[failure.reason];
    const evidence = [failure.message, ...redirectChain(observation)];
    const behind = observation.redirects.length === 0 ? entranceOf(entrance, failure) : undefined;
    if (behind !== undefined && reason === 'HostNotFound') {
      const subject = { ...behind.entrance, field: 'status' };
      const slots = { host: behind.name, entrance: behind.entrance.ref };
      const { confidence } = behind;
      return [report('LoadBalancerHasNoRecord', { subject, slots, evidence, confidence })];
    }
    const { host, address = 'its load balancer' } = lookedUp(
      observation,
      behind?.name ?? request.host,
      entrance,
    );
    return [
      report(reason, {
        subject: { kind: 'Host', name: host, ref: `Host/${host}` },
        slots: { host, address },
        evidence,
        confidence: failure.reason === 'DNSTimeout' ? 'Medium' : 'High',
      }),
    ];
  },
});
