import { NOT_APPLICABLE, type RoutedRequest, type Slot } from '../diagnosis/model/evidence.ts';
import type { ServicePort } from '../diagnosis/model/kubernetes.ts';
import { found, type Lookup, mapLookup } from '../diagnosis/model/lookup.ts';
import type { ObjectReference } from '../diagnosis/model/reference.ts';
import { type BackendRequest, backendRequest } from '../diagnosis/topology/backend-request.ts';
import { routedRequest, schemeByPolicy } from '../diagnosis/topology/http-route-filters.ts';
import type { SlotContext } from './slot-context.ts';

type Scheme = BackendRequest['scheme'];

/** How a Gateway asks a Service: by policies of the Service's namespace, which not every cluster knows. */
async function schemeBehindGateway(
  { reader }: SlotContext,
  { namespace = '', name }: ObjectReference,
  port: ServicePort,
): Promise<Lookup<Scheme>> {
  const policies = await reader.list('BackendTLSPolicy', { namespace });
  if (!policies.ok && policies.reason === 'NotInstalled') return found('http');
  return mapLookup(policies, (all) => schemeByPolicy(all, name, port));
}

const orNot = (request: BackendRequest | undefined): Slot<BackendRequest> =>
  request === undefined ? NOT_APPLICABLE : found(request);

/** The request as the router before the Service sends it on; not applicable where that cannot be told. */
export async function sentOn(
  context: SlotContext,
  request: RoutedRequest,
  service: ObjectReference,
  port: ServicePort,
): Promise<Slot<BackendRequest>> {
  const [ingress, httpRoute] = await Promise.all([context.slot('ingress'), context.slot('httpRoute')]);
  if (ingress.ok && ingress.value.match !== undefined)
    return orNot(backendRequest(ingress.value.match, port, request.path));
  if (!httpRoute.ok || httpRoute.value.match === undefined) return found(request);
  const scheme = await schemeBehindGateway(context, service, port);
  if (!scheme.ok) return scheme;
  const { path } = request;
  return orNot(routedRequest(httpRoute.value.match, port, { scheme: scheme.value, path }));
}
