import { isIP } from 'node:net';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { couldNotLook, found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { parseServiceHost } from '../../diagnosis/topology/service-hosts.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

/** A Service by its own name, of which DNS tells nothing as long as it is headless and nobody is ready. */
async function isOfService(
  { reader, settings }: SlotContext,
  host: string,
  home: string,
): Promise<Lookup<boolean>> {
  const named = parseServiceHost(host, home, settings.clusterDomain);
  if (named === undefined) return found(false);
  const { namespace, name } = named;
  const service = await reader.get('Service', { namespace, name });
  return mapLookup(service, (value) => value !== undefined);
}

/** The name may be known inside the cluster alone: DNS of elsewhere proves nothing. */
export const readExternalAddresses: SlotReader<'externalAddresses'> = async (context) => {
  const { slot, resolve, dial } = context;
  const route = await slot('service');
  if (!route.ok) return route;
  const { service } = route.value;
  const { type, externalName: host = '' } = service?.spec ?? {};
  if (type !== 'ExternalName' || host === '' || isIP(host) !== 0) return NOT_APPLICABLE;
  const ofService = await isOfService(context, host, service?.metadata.namespace ?? '');
  if (!ofService.ok) return ofService;
  if (ofService.value) return NOT_APPLICABLE;
  if (resolve === undefined || dial === undefined)
    return couldNotLook('NotConfigured', 'DNS of the cluster is not asked from here');
  return resolve(host);
};
