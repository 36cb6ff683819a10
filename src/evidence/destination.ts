import { NOT_APPLICABLE, type Slot } from '../diagnosis/model/evidence.ts';
import type { Service } from '../diagnosis/model/kubernetes.ts';
import { found } from '../diagnosis/model/lookup.ts';
import { type ObjectReference, referenceTo } from '../diagnosis/model/reference.ts';
import type { RoutedRequest } from '../diagnosis/model/route-evidence.ts';
import { backendToExplain } from '../diagnosis/topology/route-backends.ts';
import { addressesOf, parseServiceHost } from '../diagnosis/topology/service-hosts.ts';
import { askedAddress, nodeAt } from './node-address.ts';
import type { SlotContext } from './slot-context.ts';

/** The Service to which the request goes, whether it exists or not, and who says so. */
export interface Destination {
  readonly namespace: string;
  readonly name: string;
  readonly askedPort?: number | string;
  readonly askedBy: ObjectReference;
}

type NamedService = Pick<Destination, 'namespace' | 'name'> & { readonly askedPort: number };

/** The StatusProbe itself as the one who asks. */
export const askedByProbe = ({ probe }: SlotContext, field?: string): ObjectReference => ({
  group: 'statusprobe.dev',
  ...referenceTo(
    { kind: 'StatusProbe', namespace: probe.namespace, name: probe.name ?? 'probe' },
    probe.namespace,
    field,
  ),
});

/** Where the Ingress sends the request; not applicable where no rule takes it or its backend is no Service. */
async function behindIngress(context: SlotContext): Promise<Slot<Destination>> {
  const route = await context.slot('ingress');
  if (!route.ok) return route;
  const { match } = route.value;
  const backend = match?.backend.service;
  if (match === undefined || backend === undefined) return NOT_APPLICABLE;
  const home = context.probe.namespace;
  const { metadata } = match.ingress;
  const part = match.path === undefined ? 'service' : 'backend.service';
  const askedPort = backend.port?.name ?? backend.port?.number;
  return found({
    namespace: metadata.namespace ?? home,
    name: backend.name,
    ...(askedPort === undefined ? {} : { askedPort }),
    askedBy: referenceTo({ kind: 'Ingress', ...metadata }, home, `${match.field}.${part}`),
  });
}

/** Where the HTTPRoute sends the request; of several Services, the one that may explain a failure. */
async function behindHTTPRoute(context: SlotContext): Promise<Slot<Destination>> {
  const [route, backends] = await Promise.all([context.slot('httpRoute'), context.slot('routeBackends')]);
  if (!route.ok) return route;
  if (!backends.ok) return backends;
  const backend = backendToExplain(backends.value);
  const { metadata } = route.value.match?.route ?? {};
  if (backend === undefined || metadata === undefined) return NOT_APPLICABLE;
  const home = context.probe.namespace;
  const { namespace = home, name } = backend.reference;
  const { port } = backend.backendRef;
  return found({
    namespace,
    name,
    ...(port === undefined ? {} : { askedPort: port }),
    askedBy: referenceTo({ kind: 'HTTPRoute', ...metadata }, home, backend.field),
  });
}

/** A host that names a Service; `a.b` only where that Service or at least that namespace exists. */
async function byDNSName(
  context: SlotContext,
  host: string,
): Promise<Slot<{ namespace: string; name: string }>> {
  const { probe, reader, settings } = context;
  const parsed = parseServiceHost(host, probe.namespace, settings.clusterDomain);
  if (parsed === undefined) return NOT_APPLICABLE;
  const { certain, ...named } = parsed;
  if (certain) return found(named);
  const [service, namespace] = await Promise.all([
    reader.get('Service', named),
    reader.get('Namespace', { name: named.namespace }),
  ]);
  const exists =
    (service.ok && service.value !== undefined) || (namespace.ok && namespace.value !== undefined);
  return exists ? found(named) : NOT_APPLICABLE;
}

const named = ({ metadata: { namespace = '', name } }: Service, askedPort: number): NamedService => ({
  namespace,
  name,
  askedPort,
});

/** A Service by an address of its own, or by the port that it has on every Node. */
async function byAddress(context: SlotContext, { host, port }: RoutedRequest): Promise<Slot<NamedService>> {
  const services = await context.reader.list('Service');
  if (!services.ok) return services;
  const own = services.value.find((service) => addressesOf(service).includes(host));
  if (own !== undefined) return found(named(own, port));
  const [onNodes] = services.value.flatMap((service) => {
    const mapped = service.spec.ports?.find(({ nodePort }) => nodePort === port);
    return mapped === undefined ? [] : [named(service, mapped.port)];
  });
  const address = askedAddress(context, { host });
  if (onNodes === undefined || address === undefined) return NOT_APPLICABLE;
  const node = await nodeAt(context, address);
  return node.ok ? found(onNodes) : node;
}

/** The Service that a URL names by itself: by DNS name, by an address, or by a port of the Nodes. */
async function byURL(context: SlotContext): Promise<Slot<Destination>> {
  const request = await context.slot('request');
  if (!request.ok) return request;
  const byName = await byDNSName(context, request.value.host);
  const service = byName.ok
    ? found({ ...byName.value, askedPort: request.value.port })
    : await byAddress(context, request.value);
  if (!service.ok) return service;
  return found({ ...service.value, askedBy: askedByProbe(context, 'spec.target.url') });
}

/** Which Service takes the request: by reference, through an Ingress or HTTPRoute, or as the URL itself says. */
export async function locateService(context: SlotContext): Promise<Slot<Destination>> {
  const { target } = context.probe;
  if (target.kind === 'Service') {
    const { namespace, name, port } = target;
    return found({
      namespace,
      name,
      askedPort: port,
      askedBy: askedByProbe(context, 'spec.target.serviceRef.port'),
    });
  }
  const routed = await Promise.all([behindIngress(context), behindHTTPRoute(context)]);
  const sent = routed.find(({ ok }) => ok);
  if (sent !== undefined) return sent;
  const routes = await Promise.all([context.slot('ingress'), context.slot('httpRoute')]);
  const byItself = target.kind === 'URL' && !routes.some(({ ok }) => ok) ? await byURL(context) : undefined;
  if (byItself?.ok) return byItself;
  const unseen = [...routed, ...(byItself ? [byItself] : [])].find(
    (slot) => !slot.ok && slot.reason !== 'NotApplicable',
  );
  return unseen ?? NOT_APPLICABLE;
}
