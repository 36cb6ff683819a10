import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type CIDR = readonly [Address, number];

/** Throws with one sentence when `text` is not an address with a prefix length. */
export function parseCIDR(text: string): CIDR {
  if (!ipaddr.isValidCIDR(text)) throw new Error(`${text} is not a CIDR such as 10.0.0.0/8.`);
  return ipaddr.parseCIDR(text);
}

export function inCIDR(address: Address, [network, length]: CIDR): boolean {
  return address.kind() === network.kind() && address.match(network, length);
}

const bytesToIPv4 = (bytes: readonly number[]) => new ipaddr.IPv4([...bytes]);

/** Ranges of IPv6 that carry an IPv4 address, and where in the 16 bytes it lies. */
const CARRIERS: readonly { range: CIDR; extract: (bytes: readonly number[]) => readonly number[] }[] = [
  { range: parseCIDR('::/96'), extract: (bytes) => bytes.slice(12) }, // IPv4-compatible
  { range: parseCIDR('::ffff:0:0/96'), extract: (bytes) => bytes.slice(12) }, // IPv4-mapped
  { range: parseCIDR('::ffff:0:0:0/96'), extract: (bytes) => bytes.slice(12) }, // SIIT
  { range: parseCIDR('64:ff9b::/96'), extract: (bytes) => bytes.slice(12) }, // NAT64
  { range: parseCIDR('64:ff9b:1::/48'), extract: (bytes) => bytes.slice(12) }, // NAT64, local
  { range: parseCIDR('2002::/16'), extract: (bytes) => bytes.slice(2, 6) }, // 6to4
  { range: parseCIDR('2001::/32'), extract: (bytes) => bytes.slice(12).map((byte) => byte ^ 0xff) }, // Teredo
];

/** ISATAP marks its interface identifier, whatever the prefix. */
const ISATAP = /^0[02]005efe/;

/** The address and every IPv4 address that it carries: whoever judges an address judges all of them. */
export function withCarried(address: Address): Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address];
  if (address.range() === 'loopback' || address.range() === 'unspecified') return [address];
  const bytes = address.toByteArray();
  const carried = CARRIERS.filter(({ range }) => inCIDR(address, range)).map(({ extract }) =>
    bytesToIPv4(extract(bytes)),
  );
  const hex = Buffer.from(bytes.slice(8)).toString('hex');
  if (ISATAP.test(hex)) carried.push(bytesToIPv4(bytes.slice(12)));
  return [address, ...carried];
}

/** One spelling per address, IPv4-mapped as IPv4; undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : undefined;
}
