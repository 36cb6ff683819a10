import { MIDDLEWARES, middlewaresInDoubt } from '../diagnosis/model/answering.ts';
import { NOT_APPLICABLE, type Slot } from '../diagnosis/model/evidence.ts';
import type { IngressMatch } from '../diagnosis/model/ingress-evidence.ts';
import type { Service, ServicePort } from '../diagnosis/model/kubernetes.ts';
import { found, type Lookup, mapLookup } from '../diagnosis/model/lookup.ts';
import type { RoutedRequest } from '../diagnosis/model/route-evidence.ts';
import { type BackendRequest, backendRequest } from '../diagnosis/topology/backend-request.ts';
import { routedRequest, schemeByPolicy } from '../diagnosis/topology/http-route-filters.ts';
import type { SlotContext } from './slot-context.ts';

type Scheme = BackendRequest['scheme'];

/** How a Gateway asks a Service: by policies of the Service's namespace, which not every cluster knows. */
async function schemeBehindGateway(
  { reader }: SlotContext,
  { metadata: { namespace = '', name } }: Service,
  port: ServicePort,
): Promise<Lookup<Scheme>> {
  const policies = await reader.list('BackendTLSPolicy', { namespace });
  if (!policies.ok && policies.reason === 'NotInstalled') return found('http');
  return mapLookup(policies, (all) => schemeByPolicy(all, name, port));
}

const orNot = (request: BackendRequest | undefined): Slot<BackendRequest> =>
  request === undefined ? NOT_APPLICABLE : found(request);

/** The route as it is without middlewares. */
function withoutMiddlewares({ ingress, ...rest }: IngressMatch): IngressMatch {
  const { [MIDDLEWARES]: _, ...annotations } = ingress.metadata.annotations ?? {};
  return { ...rest, ingress: { ...ingress, metadata: { ...ingress.metadata, annotations } } };
}

/** By the controller's own settings, where its class can be seen; as the caller asks, where middlewares are in doubt. */
async function throughIngress(
  { slot, observation }: SlotContext,
  match: IngressMatch,
  receiver: { readonly service: Service; readonly port: ServicePort },
  path: string,
): Promise<Slot<BackendRequest>> {
  const served = await slot('ingressClass');
  const controller = served.ok ? served.value.ingressClass?.spec.controller : undefined;
  const isInDoubt = middlewaresInDoubt({ observation, ingress: { match } }) !== undefined;
  const route = isInDoubt ? withoutMiddlewares(match) : match;
  return orNot(backendRequest(route, { ...receiver, ...(controller && { controller }) }, path));
}

/** The request as the router before the Service sends it on; not applicable where that cannot be told. */
export async function sentOn(
  context: SlotContext,
  request: RoutedRequest,
  service: Service,
  port: ServicePort,
): Promise<Slot<BackendRequest>> {
  const [ingress, httpRoute] = await Promise.all([context.slot('ingress'), context.slot('httpRoute')]);
  if (ingress.ok && ingress.value.match !== undefined)
    return throughIngress(context, ingress.value.match, { service, port }, request.path);
  if (!httpRoute.ok || httpRoute.value.match === undefined) return found(request);
  const scheme = await schemeBehindGateway(context, service, port);
  if (!scheme.ok) return scheme;
  const { path } = request;
  return orNot(routedRequest(httpRoute.value.match, port, { scheme: scheme.value, path }));
}
