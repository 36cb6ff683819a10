import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressPolicy, createGuard } from './guard.ts';
import { hostOf, parseURL } from './target-url.ts';

const POLICY: AddressPolicy = {
  allowCIDRs: [],
  denyCIDRs: [],
  apiServerAddresses: ['203.0.113.1', '2001:db8:1::1', '8.8.4.4'],
  ownedAddresses: () => new Set(['10.0.0.7', '10.0.0.8:8080', 'fd00::7']),
};

const ruleFor = (address: string, policy: Partial<AddressPolicy> = {}, port = 80): string => {
  const decision = createGuard({ ...POLICY, ...policy }).check(address, port, 'target', address);
  return decision.allowed ? 'allowed' : decision.rule;
};

/** What the guard says of a URL whose host is an address in some spelling. */
const ruleForURL = (text: string, policy: Partial<AddressPolicy> = {}): string => {
  const parsed = parseURL(text);
  return parsed.ok ? ruleFor(hostOf(parsed.url), policy) : parsed.message;
};

describe('the address guard', () => {
  it.each([
    ['8.8.8.8', 'allowed'],
    ['2606:4700:4700::1111', 'allowed'],
    ['169.254.169.254', 'CloudMetadata'],
    ['169.254.170.23', 'CloudMetadata'],
    ['168.63.129.16', 'CloudMetadata'],
    ['100.100.100.200', 'CloudMetadata'],
    ['fd00:ec2::254', 'CloudMetadata'],
    ['fd20:ce::254', 'CloudMetadata'],
    ['169.254.1.1', 'LinkLocalAddress'],
    ['fe80::1', 'LinkLocalAddress'],
    ['127.0.0.1', 'LoopbackAddress'],
    ['127.9.9.9', 'LoopbackAddress'],
    ['::1', 'LoopbackAddress'],
    ['0.0.0.0', 'UnspecifiedAddress'],
    ['0.1.2.3', 'UnspecifiedAddress'],
    ['::', 'UnspecifiedAddress'],
    ['224.0.0.1', 'MulticastAddress'],
    ['ff02::1', 'MulticastAddress'],
    ['255.255.255.255', 'BroadcastAddress'],
    ['8.8.4.4', 'APIServer'],
    ['2001:db8:1::1', 'APIServer'],
    ['10.0.0.1', 'PrivateAddress'],
    ['172.16.0.1', 'PrivateAddress'],
    ['192.168.1.1', 'PrivateAddress'],
    ['100.64.0.1', 'PrivateAddress'],
    ['198.18.0.1', 'PrivateAddress'],
    ['240.0.0.1', 'PrivateAddress'],
    ['fd12::1', 'PrivateAddress'],
    ['fec0::1', 'PrivateAddress'],
    ['not an address', 'NotAnAddress'],
  ])('%s: %s', (address, rule) => {
    expect(ruleFor(address)).toBe(rule);
  });

  it.each([
    ['::ffff:169.254.169.254', 'IPv4-mapped', 'CloudMetadata'],
    ['::ffff:a9fe:a9fe', 'IPv4-mapped', 'CloudMetadata'],
    ['::169.254.169.254', 'IPv4-compatible', 'CloudMetadata'],
    ['::ffff:0:169.254.169.254', 'SIIT', 'CloudMetadata'],
    ['64:ff9b::169.254.169.254', 'NAT64', 'CloudMetadata'],
    ['64:ff9b:1::7f00:1', 'local NAT64', 'LoopbackAddress'],
    ['2002:a9fe:a9fe::1', '6to4', 'CloudMetadata'],
    ['2001:0:4136:e378:8000:63bf:5601:5601', 'Teredo', 'CloudMetadata'],
    ['2606:4700::5efe:7f00:1', 'ISATAP', 'LoopbackAddress'],
    ['64:ff9b::8.8.8.8', 'NAT64 of a public address', 'allowed'],
  ])('looks into %s (%s): %s', (address, _, rule) => {
    expect(ruleFor(address)).toBe(rule);
  });

  it.each([
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://0xA9.0xFE.0xA9.0xFE/',
    'http://%31%36%39.254.169.254/',
    'http://①⑥⑨.254.169.254/',
    'http://169。254。169。254/',
    'http://169.254.169.254./',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[0:0:0:0:0:ffff:169.254.169.254]/',
  ])('sees through the spelling %s', (url) => {
    expect(ruleForURL(url)).toBe('CloudMetadata');
  });

  it.each([
    [
      'http://127.0.0.1\\@example.com/',
      'A URL must not contain white space, control characters or a backslash.',
    ],
    ['http://example.com\t/', 'A URL must not contain white space, control characters or a backslash.'],
    ['http://example.com@169.254.169.254/', 'A URL must not contain a user name or a password.'],
    ['http://169.254.169.254#@example.com/', 'CloudMetadata'],
    ['http://1.2.3.4.5/', 'The URL is not valid: write it like https://shop.example.com/path.'],
    ['http://[fe80::1%25eth0]/', 'The URL is not valid: write it like https://shop.example.com/path.'],
    ['gopher://127.0.0.1/', 'A URL must begin with http:// or https://.'],
    ['//example.com/', 'The URL is not valid: write it like https://shop.example.com/path.'],
  ])('does not fall for %s', (url, answer) => {
    expect(ruleForURL(url)).toBe(answer);
  });

  it.each(['metadata.google.internal', 'METADATA.google.internal.', 'instance-data'])(
    'knows the name %s',
    (name) => {
      expect(createGuard(POLICY).check('8.8.8.8', 80, 'target', name)).toEqual({
        allowed: false,
        rule: 'CloudMetadata',
        remedy: 'No setting allows it.',
      });
    },
  );

  it('allows the addresses of the own namespace, or one port of them', () => {
    expect([ruleFor('10.0.0.7'), ruleFor('::ffff:10.0.0.7'), ruleFor('fd00:0::7')]).toEqual(
      Array(3).fill('allowed'),
    );
    expect(ruleFor('10.0.0.8', {}, 8080)).toBe('allowed');
    expect(ruleFor('10.0.0.8', {}, 10250)).toBe('PrivateAddress');
  });

  it('lets ownership open nothing but private ranges', () => {
    const ownedAddresses = () => new Set(['127.0.0.1', '169.254.169.254', '169.254.1.1', '8.8.4.4']);
    const rules = [...ownedAddresses()].map((address) => ruleFor(address, { ownedAddresses }));
    expect(rules).toEqual(['LoopbackAddress', 'CloudMetadata', 'LinkLocalAddress', 'APIServer']);
  });

  it('opens what the policy names, the more sensitive only by a range of its own', () => {
    const everything = { allowCIDRs: ['0.0.0.0/0', '::/0'] };
    expect(ruleFor('10.0.0.1', everything)).toBe('allowed');
    expect(ruleFor('127.0.0.1', everything)).toBe('LoopbackAddress');
    expect(ruleFor('8.8.4.4', everything)).toBe('APIServer');
    expect(ruleFor('169.254.169.254', { allowCIDRs: ['169.254.169.254/32'] })).toBe('CloudMetadata');
    expect(ruleFor('127.0.0.1', { allowCIDRs: ['127.0.0.0/8'] })).toBe('allowed');
    expect(ruleFor('::1', { allowCIDRs: ['::1/128'] })).toBe('allowed');
    expect(ruleFor('8.8.4.4', { allowCIDRs: ['8.8.4.4/32'] })).toBe('allowed');
    expect(ruleFor('169.254.1.1', { allowCIDRs: ['169.254.1.0/24'] })).toBe('allowed');
  });

  it('closes what the policy denies, also to its owner', () => {
    expect(ruleFor('8.8.8.8', { denyCIDRs: ['8.0.0.0/8'] })).toBe('DeniedByPolicy');
    expect(ruleFor('10.0.0.7', { denyCIDRs: ['10.0.0.0/8'], allowCIDRs: ['10.0.0.0/8'] })).toBe(
      'DeniedByPolicy',
    );
  });

  it('takes the ranges of the cluster for private', () => {
    expect(ruleFor('2a05::1', { clusterCIDRs: ['2a05::/32'] })).toBe('ClusterAddress');
  });

  it('says what would allow it', () => {
    expect(createGuard(POLICY).check('10.0.0.1', 80, 'target', 'db')).toEqual({
      allowed: false,
      rule: 'PrivateAddress',
      remedy: 'An administrator can allow it by allowCIDRs in the --policy file.',
    });
  });

  it('refuses a policy that it cannot read', () => {
    expect(() => createGuard({ ...POLICY, allowCIDRs: ['10.0.0.0'] })).toThrow(
      '10.0.0.0 is not a CIDR such as 10.0.0.0/8.',
    );
  });

  it('never lets an IPv4 address through inside IPv6 that it refuses by itself', () => {
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const prefixes = fc.constantFrom('::ffff:', '64:ff9b::', '::ffff:0:', '64:ff9b:1::');
    fc.assert(
      fc.property(bytes, prefixes, (octets, prefix) => {
        const plain = octets.join('.');
        if (ruleFor(plain) !== 'allowed') expect(ruleFor(`${prefix}${plain}`)).not.toBe('allowed');
      }),
    );
  });

  it('judges every spelling of an IPv4 address as the address', () => {
    const octet = fc
      .nat(255)
      .chain((value) => fc.constantFrom(`${value}`, `0x${value.toString(16)}`, `0${value.toString(8)}`));
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
        const plain = octets
          .map((text) => (/^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)))
          .join('.');
        expect(ruleForURL(`http://${octets.join('.')}/`)).toBe(ruleFor(plain));
      }),
    );
  });
});
