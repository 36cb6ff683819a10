import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { mapLookup } from '../../diagnosis/model/lookup.ts';
import { SERVICE_NAME_LABEL } from '../../diagnosis/topology/endpoints.ts';
import { askedAddress, nodeAt } from '../node-address.ts';
import type { SlotReader } from '../slot-context.ts';

/** Whether a Service is to be reached at this address under its own ports: a load balancer may be the Nodes themselves. */
const hasAddress = ({ spec, status }: Service, address: string): boolean =>
  spec.externalIPs?.includes(address) === true ||
  (status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === address);

/** Whether a Service takes requests for this address and port on Nodes, and hands them to none of another Node. */
const staysOnNode = (service: Service, address: string, port: number): boolean =>
  service.spec.externalTrafficPolicy === 'Local' &&
  (service.spec.ports ?? []).some(
    (each) => each.nodePort === port || (each.port === port && hasAddress(service, address)),
  );

export const readNodeEntry: SlotReader<'nodeEntry'> = async (context) => {
  const { observation, reader, slot } = context;
  const request = await slot('request');
  if (!request.ok) return request;
  const address = askedAddress(context, request.value);
  if (observation.failure?.phase !== 'Connect' || address === undefined) return NOT_APPLICABLE;
  const services = await reader.list('Service');
  if (!services.ok) return services;
  const service = services.value.find((each) => staysOnNode(each, address, request.value.port));
  if (service === undefined) return NOT_APPLICABLE;
  const node = await nodeAt(context, address);
  if (!node.ok) return node;
  const { namespace = '', name } = service.metadata;
  const slices = await reader.list('EndpointSlice', { namespace, labels: { [SERVICE_NAME_LABEL]: name } });
  return mapLookup(slices, (all) => {
    const ready = all
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false);
    const servingNodes = [...new Set(ready.flatMap(({ nodeName }) => nodeName ?? []))].sort();
    return { nodeName: node.value.metadata.name, service, servingNodes };
  });
};
