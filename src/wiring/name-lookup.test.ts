import { expect, it } from 'vitest';
import { serveDNS, type Zone } from '../../test/support/misbehaving-dns.ts';
import { createResolver } from '../probe/dns.ts';
import { nameLookup } from './name-lookup.ts';

const look = async (zone: Zone, name: string) => {
  const { server, asked } = await serveDNS(zone);
  const resolver = createResolver({
    servers: [server],
    search: ['svc.cluster.local'],
    ndots: 5,
    hosts: new Map(),
  });
  const lookUp = nameLookup(resolver);
  const brought = await lookUp(name);
  expect(await lookUp(name)).toBe(brought);
  return { brought, asked };
};

it('brings the addresses of both families, of the name as it stands', async () => {
  const { brought, asked } = await look(
    { 'shop.test': ['192.0.2.9', '2001:db8::7', '192.0.2.10'] },
    'shop.test',
  );
  expect(brought).toEqual({ ok: true, value: ['192.0.2.10', '192.0.2.9', '2001:db8::7'] });
  expect(asked.toSorted()).toEqual(['A shop.test', 'AAAA shop.test']);
});

it.each<[string, Zone]>([
  ['a name that does not exist', {}],
  ['a name without an address', { 'shop.test': [] }],
  ['an alias of nothing', { 'shop.test': { aliasOf: 'gone.test' } }],
])('brings no address for %s', async (_, zone) => {
  expect((await look(zone, 'shop.test')).brought).toEqual({ ok: true, value: [] });
});

it.each<[string, Zone[string], string]>([
  ['fails', 'SERVFAIL', 'Failed'],
  ['is silent', 'SILENCE', 'Timeout'],
])('does not take a server that %s for an absence', async (_, zone, reason) => {
  expect((await look({ 'shop.test': zone as never }, 'shop.test')).brought).toMatchObject({
    ok: false,
    reason,
  });
});
