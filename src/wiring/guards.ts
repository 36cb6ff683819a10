import type { EndpointSlice, Service } from '../diagnosis/model/kubernetes.ts';
import type { ClusterReader } from '../evidence/cluster/reader.ts';
import { ownedAddresses } from '../operator/owned-addresses.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { type AddressGuard, createGuard, socketAddress } from '../probe/guard.ts';

export interface GuardParts {
  readonly reader: () => ClusterReader;
  readonly clusterCIDRs: readonly string[];
  /** Of the kubeconfig or environment. */
  readonly apiServerHosts: readonly string[];
  readonly now: () => number;
}

/** Builds the address guard of one probe. */
export type GuardFactory = (
  namespace: string,
  policy: NamespacePolicy,
  ownHost: string | undefined,
) => Promise<AddressGuard>;

/** How long the addresses of a namespace are taken as known. */
const LIFE_MILLISECONDS = 10_000;

interface Known {
  readonly addresses: Promise<ReadonlySet<string>>;
  readonly goodUntil: number;
}

export function createGuards({ reader, clusterCIDRs, apiServerHosts, now }: GuardParts): GuardFactory {
  const known = new Map<string, Known>();
  const owned = (namespace: string): Promise<ReadonlySet<string>> => {
    const entry = known.get(namespace);
    if (entry !== undefined && entry.goodUntil > now()) return entry.addresses;
    const addresses = ownedAddresses(namespace, reader());
    known.set(namespace, { addresses, goodUntil: now() + LIFE_MILLISECONDS });
    return addresses;
  };
  return async (namespace, { allowCIDRs, denyCIDRs }, ownHost) => {
    const addresses = new Set(await owned(namespace));
    const server = await apiServer(reader());
    // Where it listens on a node, the other ports of the node are not its own.
    const hosts = apiServerHosts.filter((host) => !server.nodes.has(host));
    const guardWith = (...further: string[]): AddressGuard =>
      createGuard({
        allowCIDRs,
        denyCIDRs,
        clusterCIDRs,
        apiServerAddresses: [...hosts, ...server.addresses, ...further],
        ownedAddresses: () => addresses,
      });
    const guard = guardWith();
    return {
      checkName: guard.checkName,
      check(address, port, purpose, host) {
        // The spec names an object of its own namespace, and that object names this host.
        if (host === ownHost && purpose === 'connectTo') addresses.add(address);
        const judge = server.endpoints.has(socketAddress(address, port)) ? guardWith(address) : guard;
        return judge.check(address, port, purpose, host);
      },
    };
  };
}

interface APIServer {
  /** Of its Service. */
  readonly addresses: readonly string[];
  readonly nodes: ReadonlySet<string>;
  /** Where it listens on them. */
  readonly endpoints: ReadonlySet<string>;
}

async function apiServer(reader: ClusterReader): Promise<APIServer> {
  const labels = { 'kubernetes.io/service-name': 'kubernetes' };
  const [service, slices] = await Promise.all([
    reader.get('Service', { namespace: 'default', name: 'kubernetes' }),
    reader.list('EndpointSlice', { namespace: 'default', labels }),
  ]);
  const listening = slices.ok ? slices.value : [];
  return {
    nodes: new Set(
      listening.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)),
    ),
    addresses: service.ok ? clusterIPs(service.value) : [],
    endpoints: new Set(listening.flatMap(sockets)),
  };
}

const clusterIPs = (service: Service | undefined): readonly string[] =>
  (service?.spec.clusterIPs ?? []).filter((address) => address !== 'None' && address !== '');

const sockets = ({ endpoints, ports }: EndpointSlice): readonly string[] =>
  (endpoints ?? []).flatMap(({ addresses }) =>
    addresses.flatMap((address) => (ports ?? []).map(({ port = 443 }) => socketAddress(address, port))),
  );
