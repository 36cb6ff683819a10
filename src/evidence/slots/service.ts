import { found } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import { findServicePort } from '../../diagnosis/topology/service-ports.ts';
import { locateService } from '../destination.ts';
import type { SlotReader } from '../slot-context.ts';

export const readService: SlotReader<'service'> = async (context) => {
  const located = await locateService(context);
  if (!located.ok) return located;
  const { namespace, name, askedPort, askedBy } = located.value;
  const { reader, probe } = context;
  const [looked, others] = await Promise.all([
    reader.get('Service', { namespace, name }),
    reader.list('Service', { namespace }),
  ]);
  if (!looked.ok) return looked;
  const service = looked.value;
  const port = service && askedPort !== undefined ? findServicePort(service, askedPort) : undefined;
  const names = others.ok ? others.value.map(({ metadata }) => metadata.name) : [];
  return found({
    reference: referenceTo({ kind: 'Service', namespace, name }, probe.namespace),
    ...(askedPort === undefined ? {} : { askedPort }),
    askedBy,
    ...(service && { service }),
    ...(port && { port }),
    otherServices: names.filter((other) => other !== name),
  });
};
