import type { Service } from '../model/kubernetes.ts';

/** A host that may be the cluster DNS name of a Service. */
export interface ServiceHost {
  readonly namespace: string;
  readonly name: string;
  /** False for `a.b`, which may as well be a name of the internet. */
  readonly certain: boolean;
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Reads `service`, `service.namespace`, `service.namespace.svc` and `service.namespace.svc.<cluster domain>`, the last
 * two also with the name of a Pod before them. `home` is the namespace of a bare name.
 */
export function parseServiceHost(
  host: string,
  home: string,
  clusterDomain = 'cluster.local',
): ServiceHost | undefined {
  const absolute = host.toLowerCase().replace(/\.$/, '');
  const isWhole = absolute.endsWith(`.svc.${clusterDomain}`);
  const short = isWhole ? absolute.slice(0, -clusterDomain.length - 1) : absolute;
  const labels = short.split('.');
  if (!labels.every((label) => LABEL.test(label)) || /^[\d.]+$/.test(short) || short === 'localhost')
    return undefined;
  const isService = labels.at(-1) === 'svc' && labels.length > 2;
  const [name, namespace] = isService ? labels.slice(-3, -1) : labels;
  if (name === undefined || (!isService && labels.length > 2)) return undefined;
  return { name, namespace: namespace ?? home, certain: isService || namespace === undefined };
}

const isPresent = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && text !== 'None';

/** Addresses on which the cluster itself answers for a Service: its cluster addresses and its load balancer's. */
export function addressesOf({ spec, status }: Service): readonly string[] {
  const published = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => [ip, hostname]);
  return [spec.clusterIP, ...(spec.clusterIPs ?? []), ...published].filter(isPresent);
}

/** Where a host may name a Service: the name, or that of a Pod of a headless Service before it. */
function placesOf(
  host: string,
  home: string,
  clusterDomain?: string,
): readonly Pick<ServiceHost, 'name' | 'namespace'>[] {
  const named = parseServiceHost(host, home, clusterDomain);
  const [, service = '', namespace = home, ...rest] = host.split('.');
  const ofPod = service !== '' && rest.length === 0 ? [{ name: service, namespace }] : [];
  return named === undefined ? ofPod : [named, ...ofPod];
}

/** The Service of the cluster that a host or an address stands for, as its callers in `home` write it. */
export function serviceNamed(
  host: string,
  services: readonly Service[],
  { home, clusterDomain }: { home: string; clusterDomain?: string },
): Service | undefined {
  const isAddress = /^[\d.]+$/.test(host) || host.includes(':');
  if (isAddress) return services.find((service) => addressesOf(service).includes(host));
  return placesOf(host, home, clusterDomain)
    .map(({ name, namespace }) =>
      services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    )
    .find((service) => service !== undefined);
}
