import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { HTTPBackendRef } from '../../diagnosis/model/gateway-api.ts';
import type { RouteBackend } from '../../diagnosis/model/http-route-evidence.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import { endpointsBehind, SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import { isService } from '../../diagnosis/topology/route-backends.ts';
import { findServicePort } from '../../diagnosis/topology/service-ports.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

async function serves(
  reader: ClusterReader,
  service: Service,
  { port: asked }: HTTPBackendRef,
): Promise<Lookup<boolean>> {
  const { namespace = '', name } = service.metadata;
  const port = asked === undefined ? undefined : findServicePort(service, asked);
  if (port === undefined) return found(false);
  const slices = await reader.list('EndpointSlice', { namespace, labels: { [SERVICE_NAME_LABEL]: name } });
  if (!slices.ok) return slices;
  return found(endpointsBehind(service, port, slices.value).some(({ ready }) => ready));
}

/** Of several Services, one whose endpoints cannot be seen leaves open which of them fails. */
async function lookAt(
  { reader, probe }: SlotContext,
  backendRef: HTTPBackendRef,
  {
    namespace,
    field,
    isAlone,
  }: { readonly namespace: string; readonly field: string; readonly isAlone: boolean },
): Promise<Lookup<RouteBackend>> {
  const { name, kind = 'Service' } = backendRef;
  const base = { backendRef, field, reference: referenceTo({ kind, namespace, name }, probe.namespace) };
  if (!isService(backendRef)) return found({ ...base, hasReadyEndpoints: false, otherServices: [] });
  const [looked, listed] = await Promise.all([
    reader.get('Service', { namespace, name }),
    reader.list('Service', { namespace }),
  ]);
  if (!looked.ok) return looked;
  const others = listed.ok ? listed.value.map(({ metadata }) => metadata.name) : [];
  const otherServices = others.filter((other) => other !== name);
  if (looked.value === undefined) return found({ ...base, hasReadyEndpoints: false, otherServices });
  const ready = await serves(reader, looked.value, backendRef);
  if (!ready.ok && !isAlone) return ready;
  // That nobody could look at its endpoints is told by the slot of the endpoints.
  return found({
    ...base,
    service: looked.value,
    hasReadyEndpoints: !ready.ok || ready.value,
    otherServices,
  });
}

export const readRouteBackends: SlotReader<'routeBackends'> = async (context) => {
  const routed = await context.slot('httpRoute');
  if (!routed.ok) return routed;
  const { match } = routed.value;
  if (match === undefined) return NOT_APPLICABLE;
  const { namespace: home = '' } = match.route.metadata;
  const { backendRefs = [] } = match.rule;
  const looks = await Promise.all(
    backendRefs.map((backendRef, index) =>
      lookAt(context, backendRef, {
        namespace: backendRef.namespace ?? home,
        field: `${match.field}.backendRefs[${index}]`,
        isAlone: backendRefs.length === 1,
      }),
    ),
  );
  const failed = looks.find((look) => !look.ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? [look.value] : [])));
};
