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
