import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { mapLookup } from '../../diagnosis/model/lookup.ts';
import { endpointsBehind, SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import type { SlotReader } from '../slot-context.ts';

export const readEndpoints: SlotReader<'endpoints'> = async ({ slot, reader }) => {
  const route = await slot('service');
  if (!route.ok) return route;
  const { service, port } = route.value;
  if (service === undefined || service.spec.type === 'ExternalName') return NOT_APPLICABLE;
  const { namespace = '', name } = service.metadata;
  const slices = await reader.list('EndpointSlice', { namespace, labels: { [SERVICE_NAME_LABEL]: name } });
  return mapLookup(slices, (found) => endpointsBehind(service, port, found));
};
