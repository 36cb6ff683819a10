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
  const looked = await reader.get('Service', { namespace, name });
  if (!looked.ok) return looked;
  const service = looked.value;
  const asked = {
    reference: referenceTo({ kind: 'Service', namespace, name }, probe.namespace),
    ...(askedPort === undefined ? {} : { askedPort }),
    askedBy,
  };
  if (service === undefined) {
    const others = await reader.list('Service', { namespace });
    return found({
      ...asked,
      otherServices: others.ok ? others.value.map(({ metadata }) => metadata.name) : [],
    });
  }
  const port = askedPort === undefined ? undefined : findServicePort(service, askedPort);
  return found({ ...asked, service, ...(port && { port }), otherServices: [] });
};
