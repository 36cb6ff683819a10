import { byCodeUnit } from '../model/code-unit.ts';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../model/kubernetes.ts';
import type { RouteEndpoint } from '../model/route-evidence.ts';

/** The label by which EndpointSlices belong to their Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** A slice lists its ports for all of its endpoints; an unnamed Service port is the empty name. */
const portOf = ({ ports }: EndpointSlice, servicePort: ServicePort | undefined): number | undefined =>
  servicePort && ports?.find(({ name = '' }) => name === (servicePort.name ?? ''))?.port;

/** Unset conditions mean ready, serving as ready, and not terminating. */
function routeEndpoint(endpoint: Endpoint, port: number | undefined): RouteEndpoint[] {
  const { addresses, conditions = {}, nodeName, targetRef } = endpoint;
  const [address] = addresses;
  if (address === undefined) return [];
  const ready = conditions.ready ?? true;
  const podName = targetRef?.kind === 'Pod' ? targetRef.name : undefined;
  return [
    {
      address,
      ...(port === undefined ? {} : { port }),
      ready,
      serving: conditions.serving ?? ready,
      terminating: conditions.terminating ?? false,
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(podName === undefined ? {} : { podName }),
    },
  ];
}

/** IPv6 where the Service's first address is of that family: each Pod of a dual-stack Service stands in two slices. */
const primaryFamily = ({ spec }: Service): string =>
  (spec.clusterIPs?.[0] ?? spec.clusterIP ?? '').includes(':') ? 'IPv6' : 'IPv4';

/** What stands behind one port of a Service: its slices joined, each Pod once, by address. */
export function endpointsBehind(
  service: Service,
  port: ServicePort | undefined,
  slices: readonly EndpointSlice[],
): readonly RouteEndpoint[] {
  const family = primaryFamily(service);
  const preferred = slices.filter(({ addressType }) => addressType === family);
  const others = slices.filter(({ addressType }) => addressType !== family);
  const all = [...preferred, ...others].flatMap((slice) =>
    (slice.endpoints ?? []).flatMap((endpoint) => routeEndpoint(endpoint, portOf(slice, port))),
  );
  const once = new Map<string, RouteEndpoint>();
  for (const endpoint of all) {
    const key = endpoint.podName ?? endpoint.address;
    const known = once.get(key);
    if (known === undefined || (known.port === undefined && endpoint.port !== undefined))
      once.set(key, endpoint);
  }
  return [...once.values()].sort((a, b) => byCodeUnit(a.address, b.address));
}
