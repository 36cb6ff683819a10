import type { Ingress, Service } from '../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../diagnosis/model/lookup.ts';
import type { Pod } from '../diagnosis/model/pod.ts';

interface Kinds {
  readonly Ingress: Ingress;
  readonly Service: Service;
  readonly Pod: Pod;
}

/** The look at a namespace that its addresses take. */
export interface NamespaceReader {
  list<K extends keyof Kinds>(
    kind: K,
    scope: { readonly namespace: string },
  ): Promise<Lookup<readonly Kinds[K][]>>;
}

const WEB_PORTS = [80, 443];

/**
 * Addresses that a namespace may ask because they are its own: of its Services, of its Pods and of the load balancers
 * in front of them, the latter by port alone because a load balancer may be a node. All of them stand in fields that
 * the cluster writes and not the users of the namespace.
 */
export async function ownedAddresses(
  namespace: string,
  reader: NamespaceReader,
): Promise<ReadonlySet<string>> {
  const [services, pods, ingresses] = await Promise.all([
    reader.list('Service', { namespace }),
    reader.list('Pod', { namespace }),
    reader.list('Ingress', { namespace }),
  ]);
  return new Set([
    ...seen(services).flatMap(ofService),
    ...seen(pods).flatMap(ofPod),
    ...seen(ingresses).flatMap(({ status }) => balanced(status, WEB_PORTS)),
  ]);
}

/** What could not be looked at owns nothing. */
const seen = <T>(lookup: Lookup<readonly T[]>): readonly T[] => (lookup.ok ? lookup.value : []);

function ofService({ spec, status }: Service): readonly string[] {
  const { clusterIP, clusterIPs = [], ports = [] } = spec;
  const own = [clusterIP ?? '', ...clusterIPs].filter((address) => address !== '' && address !== 'None');
  return [
    ...own,
    ...balanced(
      status,
      ports.map(({ port }) => port),
    ),
  ];
}

function ofPod({ spec, status }: Pod): readonly string[] {
  const addresses = [status.podIP ?? '', ...(status.podIPs ?? []).map(({ ip }) => ip)].filter(Boolean);
  if (spec.hostNetwork !== true) return addresses;
  const ports = spec.containers
    .flatMap((container) => container.ports ?? [])
    .map(({ containerPort }) => containerPort);
  return withPorts(addresses, ports);
}

const balanced = (status: Ingress['status'], ports: readonly number[]): readonly string[] =>
  withPorts(
    (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
    ports,
  );

const withPorts = (addresses: readonly string[], ports: readonly number[]): readonly string[] =>
  addresses.flatMap((address) =>
    ports.map((port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)),
  );
