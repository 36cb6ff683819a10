import type { EndpointSlice, Service } from '../diagnosis/model/kubernetes.ts';
import type { ClusterReader } from '../evidence/cluster/reader.ts';
import { ownedAddresses } from '../operator/owned-addresses.ts';
import type { NamespacePolicy } from '../operator/policy.ts';
import { canonicalAddress } from '../probe/address-ranges.ts';
import {
  type AddressGuard,
  type AddressRules,
  compileRules,
  guardBy,
  socketAddress,
} from '../probe/guard.ts';

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

/** How long what the cluster says is taken as known. */
const LIFE_MILLISECONDS = 10_000;

export function createGuards({ reader, clusterCIDRs, apiServerHosts, now }: GuardParts): GuardFactory {
  const ownedBy = remembered((namespace) => ownedAddresses(namespace, reader()), now);
  const servers = remembered(() => apiServer(reader()), now);
  const compiled = new WeakMap<NamespacePolicy, Rules>();
  const rulesOf = (policy: NamespacePolicy, server: APIServer): Rules => {
    const known = compiled.get(policy);
    if (known?.server === server) return known;
    const { allowCIDRs, denyCIDRs } = policy;
    // Where it listens on a node, the other ports of the node are not its own.
    const hosts = apiServerHosts.filter((host) => !server.nodes.has(host));
    const apiServerAddresses = [...hosts, ...server.addresses];
    const ranges = { allowCIDRs, denyCIDRs, clusterCIDRs, apiServerAddresses };
    const onNodes = { ...ranges, apiServerAddresses: [...apiServerAddresses, ...server.nodes] };
    const rules = { server, elsewhere: compileRules(ranges), atServer: compileRules(onNodes) };
    compiled.set(policy, rules);
    return rules;
  };
  return async (namespace, policy, ownHost) => {
    const [owned, server] = await Promise.all([ownedBy(namespace), servers('')]);
    const { elsewhere, atServer } = rulesOf(policy, server);
    const further = new Set<string>();
    const addresses = () => (further.size === 0 ? owned : new Set([...owned, ...further]));
    const [guard, strict] = [guardBy(elsewhere, addresses), guardBy(atServer, addresses)];
    return {
      checkName: guard.checkName,
      check(address, port, purpose, host) {
        // The spec names an object of its own namespace, and that object names this host.
        if (host === ownHost && purpose === 'connectTo') further.add(address);
        const isServer =
          server.ports.has(port) &&
          server.endpoints.has(socketAddress(canonicalAddress(address) ?? address, port));
        return (isServer ? strict : guard).check(address, port, purpose, host);
      },
    };
  };
}

/** The rules of one policy, while the API server is where it is. */
interface Rules {
  readonly server: APIServer;
  readonly elsewhere: AddressRules;
  readonly atServer: AddressRules;
}

/** Looks anew only after a while. */
function remembered<T>(look: (key: string) => Promise<T>, now: () => number): (key: string) => Promise<T> {
  const known = new Map<string, { readonly value: Promise<T>; readonly goodUntil: number }>();
  return (key) => {
    const entry = known.get(key);
    if (entry !== undefined && entry.goodUntil > now()) return entry.value;
    const value = look(key);
    known.set(key, { value, goodUntil: now() + LIFE_MILLISECONDS });
    return value;
  };
}

interface APIServer {
  /** Of its Service. */
  readonly addresses: readonly string[];
  readonly nodes: ReadonlySet<string>;
  /** Where it listens on them. */
  readonly endpoints: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
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
    ports: new Set(listening.flatMap(portsOf)),
  };
}

const clusterIPs = (service: Service | undefined): readonly string[] =>
  (service?.spec.clusterIPs ?? []).filter((address) => address !== 'None' && address !== '');

const portsOf = ({ ports }: EndpointSlice): readonly number[] => (ports ?? []).map(({ port = 443 }) => port);

const sockets = (slice: EndpointSlice): readonly string[] =>
  (slice.endpoints ?? []).flatMap(({ addresses }) =>
    addresses.flatMap((address) => portsOf(slice).map((port) => socketAddress(address, port))),
  );
