import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

export const readGatewayClass: SlotReader<'gatewayClass'> = async ({ slot, reader }) => {
  const gateways = await slot('gateways');
  if (!gateways.ok) return gateways;
  const gateway = gateways.value.asked?.gateway;
  if (gateway === undefined) return NOT_APPLICABLE;
  const classes = await reader.list('GatewayClass');
  if (!classes.ok) return classes;
  const { gatewayClassName } = gateway.spec;
  const gatewayClass = classes.value.find(({ metadata }) => metadata.name === gatewayClassName);
  return found({
    gateway,
    ...(gatewayClass && { gatewayClass }),
    existing: classes.value.map(({ metadata }) => metadata.name),
  });
};
