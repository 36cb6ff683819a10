import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Service, ServicePort } from '../../diagnosis/model/kubernetes.ts';
import { type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { RouteEndpoint } from '../../diagnosis/model/route-evidence.ts';
import { endpointsBehind, SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotReader } from '../slot-context.ts';

/** What stands behind one port of a Service. */
export async function endpointsOf(
  reader: ClusterReader,
  service: Service,
  port: ServicePort | undefined,
): Promise<Lookup<readonly RouteEndpoint[]>> {
  const { namespace = '', name } = service.metadata;
  const slices = await reader.list('EndpointSlice', { namespace, labels: { [SERVICE_NAME_LABEL]: name } });
  return mapLookup(slices, (found) => endpointsBehind(service, port, found));
}

export const readEndpoints: SlotReader<'endpoints'> = async ({ slot, reader }) => {
  const route = await slot('service');
  if (!route.ok) return route;
  const { service, port } = route.value;
  if (service === undefined || service.spec.type === 'ExternalName') return NOT_APPLICABLE;
  return endpointsOf(reader, service, port);
};
