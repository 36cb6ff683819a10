import { describe, expect, it } from 'vitest';
import { serveDNS, type Zone } from '../../test/support/misbehaving-dns.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import { createResolver, type Family } from './dns.ts';
import { parseHosts, parseResolvConf, type ResolverConfiguration } from './resolver-configuration.ts';

const BOTH: readonly Family[] = [4, 6];

async function lab(zone: Zone, configuration: Partial<ResolverConfiguration> = {}) {
  const { server, asked } = await serveDNS(zone);
  const resolver = createResolver({
    servers: [server],
    search: [],
    ndots: 1,
    hosts: new Map(),
    ...configuration,
  });
  return { resolver, asked };
}

/** How Kubernetes configures a Pod. */
const IN_CLUSTER = { search: ['team.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 };

describe('the resolver', () => {
  it('takes IPv4 first and does not ask further', async () => {
    const { resolver, asked } = await lab({ 'shop.example': ['192.0.2.1', '2001:db8::1'] });
    expect(await resolver.resolve('shop.example', BOTH)).toEqual(['192.0.2.1']);
    expect(asked).toEqual(['A shop.example']);
  });

  it('takes IPv6 where there is no IPv4', async () => {
    const { resolver } = await lab({ 'shop.example': ['2001:db8::1'] });
    expect(await resolver.resolve('shop.example', BOTH)).toEqual(['2001:db8::1']);
  });

  it('asks only for the family that is wanted', async () => {
    const { resolver, asked } = await lab({ 'shop.example': ['192.0.2.1'] });
    await expect(resolver.resolve('shop.example', [6])).rejects.toMatchObject({
      failure: { reason: 'NoRecord' },
    });
    expect(asked).toEqual(['AAAA shop.example']);
  });

  it.each([
    ['NXDOMAIN', 'NXDomain', 'shop.example does not exist in DNS (NXDOMAIN).'],
    ['SERVFAIL', 'ServFail', 'shop.example could not be resolved: the DNS server failed (SERVFAIL).'],
    [[], 'NoRecord', 'shop.example exists in DNS but has no address.'],
    [{ aliasOf: 'gone.example' }, 'NoRecord', 'shop.example exists in DNS but has no address.'],
  ] as const)('tells %s apart', async (answer, reason, message) => {
    const { resolver } = await lab({ 'shop.example': answer });
    await expect(resolver.resolve('shop.example', BOTH)).rejects.toMatchObject({
      failure: { phase: 'Resolve', reason, message },
    });
  });

  it('tells a server that cannot be asked apart', async () => {
    const resolver = createResolver({ servers: ['127.0.0.1:1'], search: [], ndots: 1, hosts: new Map() });
    await expect(resolver.resolve('shop.example', BOTH)).rejects.toMatchObject({
      failure: { reason: 'DNSFailed' },
    });
  });

  it('finds a Service by its short name, as a Pod does', async () => {
    const { resolver, asked } = await lab({ 'api.team.svc.cluster.local': ['10.0.0.7'] }, IN_CLUSTER);
    expect(await resolver.resolve('api', BOTH)).toEqual(['10.0.0.7']);
    expect(asked).toEqual(['A api.team.svc.cluster.local']);
  });

  it('finds a name with few dots last as it is', async () => {
    const { resolver, asked } = await lab({ 'shop.example': ['192.0.2.1'] }, IN_CLUSTER);
    expect(await resolver.resolve('shop.example', BOTH)).toEqual(['192.0.2.1']);
    expect(asked).toEqual([
      ...IN_CLUSTER.search.map((domain) => `A shop.example.${domain}`),
      'A shop.example',
    ]);
  });

  it('does not search for a name that ends with a dot', async () => {
    const { resolver, asked } = await lab({ 'shop.example': ['192.0.2.1'] }, IN_CLUSTER);
    expect(await resolver.resolve('shop.example.', BOTH)).toEqual(['192.0.2.1']);
    expect(asked).toEqual(['A shop.example']);
  });

  it('does not let a failing search domain pass for a name that does not exist', async () => {
    const { resolver } = await lab({ 'shop.example.cluster.local': 'SERVFAIL' }, IN_CLUSTER);
    await expect(resolver.resolve('shop.example', BOTH)).rejects.toMatchObject({
      failure: { reason: 'ServFail' },
    });
  });

  it('honours the hosts file', async () => {
    const hosts = parseHosts(
      '127.0.0.1 localhost\n192.0.2.9 Shop.example shop # comment\n2001:db8::9 shop.example\n',
    );
    const { resolver, asked } = await lab({}, { hosts });
    expect(await resolver.resolve('SHOP.example.', BOTH)).toEqual(['192.0.2.9']);
    expect(await resolver.resolve('shop.example', [6])).toEqual(['2001:db8::9']);
    await expect(resolver.resolve('shop', [6])).rejects.toMatchObject({ failure: { reason: 'NoRecord' } });
    expect(asked).toEqual([]);
  });

  it('does not take an address for one of another family', async () => {
    const { failure } = await probeLoopback('http://127.0.0.1/', { ipFamily: 'IPv6' });
    expect(failure).toMatchObject({
      phase: 'Resolve',
      reason: 'NoRecord',
      message: '127.0.0.1 has no IPv6 address.',
    });
  });

  it('is bounded by the time of the probe', async () => {
    const { resolver } = await lab({ 'shop.example': 'SILENCE' });
    const { failure } = await probeLoopback(
      'http://shop.example/',
      { timeoutMilliseconds: 200 },
      {},
      { resolver },
    );
    expect(failure).toMatchObject({ phase: 'Resolve', reason: 'DNSTimeout' });
  });

  it('leaves only the resolve phase when it fails', async () => {
    const { resolver } = await lab({});
    const { detail, code } = await probeLoopback('http://nobody.example/', {}, {}, { resolver });
    expect({ code, phases: Object.keys(detail?.phaseSeconds ?? {}) }).toEqual({
      code: undefined,
      phases: ['resolve'],
    });
  });
});

describe('resolv.conf', () => {
  it('is read as Kubernetes writes it', () => {
    const text =
      'search team.svc.cluster.local cluster.local\nnameserver 10.96.0.10\nnameserver fd00::a\noptions ndots:5\n';
    expect(parseResolvConf(text)).toEqual({
      servers: ['10.96.0.10', 'fd00::a'],
      search: ['team.svc.cluster.local', 'cluster.local'],
      ndots: 5,
    });
  });

  it('has defaults when it is empty', () => {
    expect(parseResolvConf('# nothing\n')).toEqual({ servers: [], search: [], ndots: 1 });
  });
});
