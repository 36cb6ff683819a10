import { isIP } from 'node:net';
import type { Gateway, HTTPRoute } from '../diagnosis/model/gateway-api.ts';
import type { Ingress, Service } from '../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../diagnosis/model/lookup.ts';
import type { Pod } from '../diagnosis/model/pod.ts';
import { gatewayAddresses, isGateway, isTrue } from '../diagnosis/topology/gateway-listeners.ts';

interface Kinds {
  readonly Ingress: Ingress;
  readonly HTTPRoute: HTTPRoute;
  readonly Gateway: Gateway;
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
  const [services, pods, ingresses, gateways] = await Promise.all([
    reader.list('Service', { namespace }),
    reader.list('Pod', { namespace }),
    reader.list('Ingress', { namespace }),
    acceptingGateways(namespace, reader),
  ]);
  return new Set([
    ...seen(services).flatMap(ofService),
    ...seen(pods).flatMap(ofPod),
    ...seen(ingresses).flatMap(({ status }) => balanced(status, WEB_PORTS)),
    ...gateways.flatMap((gateway) => withPorts(givenAddresses(gateway), WEB_PORTS)),
  ]);
}

/** The Gateways that take in an HTTPRoute of the namespace, as their controllers say. */
async function acceptingGateways(namespace: string, reader: NamespaceReader): Promise<readonly Gateway[]> {
  const routes = seen(await reader.list('HTTPRoute', { namespace }));
  const accepted = routes
    .flatMap(({ status }) => status?.parents ?? [])
    .filter((parent) => isGateway(parent.parentRef) && isTrue(parent, 'Accepted'))
    .map(({ parentRef }) => ({ namespace, ...parentRef }));
  const namespaces = [...new Set(accepted.map((parent) => parent.namespace))];
  const looks = await Promise.all(namespaces.map((each) => reader.list('Gateway', { namespace: each })));
  return looks
    .flatMap(seen)
    .filter(({ metadata }) =>
      accepted.some((parent) => parent.namespace === metadata.namespace && parent.name === metadata.name),
    );
}

/** Some controllers publish what the Gateway's owner asks for; that proves nothing. */
function givenAddresses(gateway: Gateway): readonly string[] {
  const wanted = (gateway.spec.addresses ?? []).map(({ value }) => value);
  return gatewayAddresses(gateway).filter((address) => isIP(address) !== 0 && !wanted.includes(address));
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
