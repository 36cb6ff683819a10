import ipaddr from 'ipaddr.js';
import { type CIDR, canonicalAddress, inCIDR, parseCIDR, withCarried } from './address-ranges.ts';

export type Purpose = 'target' | 'redirect' | 'proxy' | 'connectTo' | 'token' | 'hop' | 'webhook';

export type GuardDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly rule: string; readonly remedy: string };

/** Judges every connection that a spec can cause, after its name was resolved and before it is opened. */
export interface AddressGuard {
  check(address: string, port: number, purpose: Purpose, host: string): GuardDecision;
  /** Judges a name that somebody else resolves, as a proxy does. */
  checkName(host: string): GuardDecision;
}

/** What rules about addresses are made of. */
export interface AddressRanges {
  /** Opens private ranges; loopback, link-local and the API server only by a CIDR inside of those ranges. */
  readonly allowCIDRs: readonly string[];
  /** Goes before `allowCIDRs` and ownership. */
  readonly denyCIDRs: readonly string[];
  readonly apiServerAddresses: readonly string[];
  /** Pod and Service ranges that are not private by themselves. */
  readonly clusterCIDRs?: readonly string[];
}

export interface AddressPolicy extends AddressRanges {
  /**
   * Addresses behind the Services and Ingresses of the probe's own namespace: `10.0.0.7`, or `10.0.0.7:8080` and
   * `[fd00::7]:8080` where only that port is the namespace's own, as with a Pod on the host's network.
   */
  readonly ownedAddresses: () => ReadonlySet<string>;
}

const ALLOWED: GuardDecision = { allowed: true };
const NEVER = 'No setting allows it.';
const BY_POLICY = 'An administrator can allow it by allowCIDRs in the --policy file.';
const BY_DENIAL = 'An administrator can take it out of denyCIDRs in the --policy file.';
const BY_EXPLICIT_POLICY =
  'An administrator can allow it by an entry for just this address or range in allowCIDRs in the --policy file.';

/** Where clouds hand out credentials to whoever asks from a machine. */
const METADATA_ADDRESSES = [
  '169.254.169.254/32', // AWS, GCP, Azure, DigitalOcean, Oracle, OpenStack
  '169.254.170.2/32', // AWS ECS credentials
  '169.254.170.23/32', // AWS EKS Pod Identity
  '169.254.0.23/32', // Tencent
  '168.63.129.16/32', // Azure wire server
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle Classic
  'fd00:ec2::254/128', // AWS
  'fd00:ec2::23/128', // AWS EKS Pod Identity
  'fd20:ce::254/128', // GCP
  'fd00:42::42/128', // Scaleway
].map(parseCIDR);

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.com',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.oraclecloud.com',
  'metadata.platformequinix.com',
  'instance-data',
  'instance-data.ec2.internal',
  'rancher-metadata',
]);

/** Ranges (names of ipaddr.js) that no setting opens. */
const UNREACHABLE_RANGES: Readonly<Record<string, string>> = {
  unspecified: 'UnspecifiedAddress',
  broadcast: 'BroadcastAddress',
  multicast: 'MulticastAddress',
};

/** Ranges that only a CIDR inside of them opens, so that 0.0.0.0/0 does not. */
const SENSITIVE: readonly { rule: string; ranges: readonly CIDR[] }[] = [
  { rule: 'LoopbackAddress', ranges: ['127.0.0.0/8', '::1/128'].map(parseCIDR) },
  { rule: 'LinkLocalAddress', ranges: ['169.254.0.0/16', 'fe80::/10'].map(parseCIDR) },
];

/** Ranges (names of ipaddr.js) that anybody on the internet may be asked to reach; all others are inside of something. */
const PUBLIC_RANGES = new Set([
  'unicast',
  'ipv4Mapped',
  'rfc6145',
  'rfc6052',
  '6to4',
  'teredo',
  'as112v6',
  'amt',
]);

const refused = (rule: string, remedy: string): GuardDecision => ({ allowed: false, rule, remedy });

/** Decides, or leaves it to the rules after it. */
type Rule = (address: Address, owned: boolean) => GuardDecision | undefined;

/** The rules in the order in which they decide. */
function rulesOf(policy: AddressRanges): readonly Rule[] {
  const allow = policy.allowCIDRs.map(parseCIDR);
  const deny = policy.denyCIDRs.map(parseCIDR);
  const cluster = (policy.clusterCIDRs ?? []).map(parseCIDR);
  const sensitive = [...SENSITIVE, { rule: 'APIServer', ranges: policy.apiServerAddresses.map(hostCIDR) }];
  return [
    (address) => (inAny(address, METADATA_ADDRESSES) ? refused('CloudMetadata', NEVER) : undefined),
    (address) => {
      const rule = UNREACHABLE_RANGES[address.range()];
      return rule === undefined ? undefined : refused(rule, NEVER);
    },
    (address) => (inAny(address, deny) ? refused('DeniedByPolicy', BY_DENIAL) : undefined),
    (address) => {
      const hit = sensitive.find(({ ranges }) => inAny(address, ranges));
      if (hit === undefined) return undefined;
      const explicit = allow.filter(([network, length]) =>
        hit.ranges.some((range) => inCIDR(network, range) && length >= range[1]),
      );
      return inAny(address, explicit) ? ALLOWED : refused(hit.rule, BY_EXPLICIT_POLICY);
    },
    (address, owned) => (owned || inAny(address, allow) ? ALLOWED : undefined),
    (address) => (inAny(address, cluster) ? refused('ClusterAddress', BY_POLICY) : undefined),
    (address) => (PUBLIC_RANGES.has(address.range()) ? ALLOWED : refused('PrivateAddress', BY_POLICY)),
  ];
}

/** More than the addresses of 10,000 probes; what does not fit is judged anew. */
const MOST_REMEMBERED = 20_000;

interface Judged {
  readonly canonical: string;
  readonly whenOwned: GuardDecision;
  readonly whenForeign: GuardDecision;
}

/** What rules say of an address; undefined for what is no address. */
export type AddressRules = (address: string) => Judged | undefined;

/** Throws with one sentence when a CIDR or an address of the policy is malformed. */
export const createGuard = (policy: AddressPolicy): AddressGuard =>
  guardBy(compileRules(policy), policy.ownedAddresses);

/** Worth keeping: reading ranges costs more than judging by them. Throws as `createGuard` does. */
export const compileRules = (ranges: AddressRanges): AddressRules => remembering(rulesOf(ranges));

export function guardBy(judge: AddressRules, ownedAddresses: () => ReadonlySet<string>): AddressGuard {
  return {
    checkName,
    check(address, port, _purpose, host) {
      const judged = judge(address);
      if (judged === undefined) return refused('NotAnAddress', NEVER);
      const byName = checkName(host);
      if (!byName.allowed) return byName;
      const owned = ownedAddresses();
      const isOwned = owned.has(judged.canonical) || owned.has(socketAddress(judged.canonical, port));
      return isOwned ? judged.whenOwned : judged.whenForeign;
    },
  };
}

const checkName = (host: string): GuardDecision =>
  METADATA_NAMES.has(host.toLowerCase().replace(/\.$/, '')) ? refused('CloudMetadata', NEVER) : ALLOWED;

/** The same addresses are asked again and again. */
function remembering(rules: readonly Rule[]): AddressRules {
  const known = new Map<string, Judged>();
  return (address) => {
    const earlier = known.get(address);
    if (earlier !== undefined) return earlier;
    const canonical = canonicalAddress(address);
    if (canonical === undefined) return undefined;
    const judged = {
      canonical,
      whenOwned: decide(rules, canonical, true),
      whenForeign: decide(rules, canonical, false),
    };
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(address, judged);
    return judged;
  };
}

/** An address is allowed when it is, and each IPv4 address that it carries. */
function decide(rules: readonly Rule[], canonical: string, owned: boolean): GuardDecision {
  for (const candidate of withCarried(ipaddr.parse(canonical))) {
    const decision = rules.map((rule) => rule(candidate, owned)).find((decided) => decided !== undefined);
    if (decision?.allowed === false) return decision;
  }
  return ALLOWED;
}

const inAny = (address: Address, ranges: readonly CIDR[]): boolean =>
  ranges.some((range) => inCIDR(address, range));

type Address = CIDR[0];

const hostCIDR = (text: string): CIDR => parseCIDR(text.includes(':') ? `${text}/128` : `${text}/32`);

/** `address:port`, an IPv6 address in brackets. */
export const socketAddress = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
