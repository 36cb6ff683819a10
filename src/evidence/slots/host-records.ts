import { isIP } from 'node:net';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { HostRecords } from '../../diagnosis/model/host-records.ts';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import { gatewayAddresses } from '../../diagnosis/topology/gateway-listeners.ts';
import type { NameLookup, SlotContext, SlotReader } from '../slot-context.ts';

type Entrance = Pick<HostRecords, 'entrance' | 'published'>;

/** The Ingress or Gateway that serves the host; not applicable where it has no address, or there is none. */
async function entranceOf({ slot, probe }: SlotContext): Promise<Slot<Entrance>> {
  const [route, gateways] = await Promise.all([slot('ingress'), slot('gateways')]);
  const asked = gateways.ok ? gateways.value.asked : undefined;
  if (asked !== undefined) return published(asked.reference, gatewayAddresses(asked.gateway));
  if (!route.ok) return route.reason === 'NotApplicable' && !gateways.ok ? gateways : route;
  const ingress = route.value.match?.ingress ?? route.value.candidates[0];
  if (ingress === undefined) return NOT_APPLICABLE;
  const { loadBalancer } = ingress.status ?? {};
  return published(
    referenceTo({ kind: 'Ingress', ...ingress.metadata }, probe.namespace),
    (loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []),
  );
}

const published = (entrance: Entrance['entrance'], addresses: readonly string[]): Slot<Entrance> =>
  addresses.length === 0 ? NOT_APPLICABLE : found({ entrance, published: addresses });

async function addressesOf(
  names: readonly string[],
  resolve: NameLookup,
): Promise<Lookup<readonly string[]>> {
  const looks = await Promise.all(
    names.map((name) => (isIP(name) === 0 ? resolve(name) : Promise.resolve(found([name])))),
  );
  const failed = looks.find(({ ok }) => !ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? look.value : [])).sort());
}

/** Of names that resolve to nothing, and of those that could not be looked up, there is nothing to tell. */
async function knownAddresses(names: readonly string[], resolve: NameLookup | undefined) {
  const looked = resolve && (await addressesOf(names, resolve));
  return looked?.ok ? looked.value : [];
}

/** A host that did not resolve has been asked for already; an entrance may have been. */
export const readHostRecords: SlotReader<'hostRecords'> = async (context) => {
  const { observation, probe, resolve } = context;
  const [request, entrance] = await Promise.all([context.slot('request'), entranceOf(context)]);
  if (!request.ok) return request;
  if (!entrance.ok) return entrance;
  const { host } = request.value;
  const isByName = probe.target.kind === 'URL';
  const base = { host, ...entrance.value, isByName };
  if (isIP(host) !== 0 || host === '' || base.published.includes(host)) return NOT_APPLICABLE;
  if (observation.failure?.phase === 'Resolve') {
    if (isByName) return NOT_APPLICABLE;
    const publishedAddresses = await knownAddresses(base.published, resolve);
    return found({ ...base, addresses: [], publishedAddresses });
  }
  if (resolve === undefined) return couldNotLook('NotConfigured', 'DNS is not asked from here');
  const [addresses, publishedAddresses] = await Promise.all([
    resolve(host),
    addressesOf(base.published, resolve),
  ]);
  if (!addresses.ok) return addresses;
  if (!publishedAddresses.ok) return publishedAddresses;
  return found({ ...base, addresses: addresses.value, publishedAddresses: publishedAddresses.value });
};
