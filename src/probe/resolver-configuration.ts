import { readFileSync } from 'node:fs';
import { canonicalAddress } from './address-ranges.ts';

/** What the C library would know about resolving names on this machine. */
export interface ResolverConfiguration {
  /** `address` or `address:port`; empty: what Node finds by itself. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** Names with fewer dots are tried with the search domains first. */
  readonly ndots: number;
  /** Addresses by lower-case name. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

/** Reads /etc/resolv.conf and /etc/hosts; a missing file counts as empty. */
export function systemResolverConfiguration(): ResolverConfiguration {
  return {
    ...parseResolvConf(readIfPresent('/etc/resolv.conf')),
    hosts: parseHosts(readIfPresent('/etc/hosts')),
  };
}

export function parseResolvConf(text: string): Omit<ResolverConfiguration, 'hosts'> {
  const lines = statements(text);
  const last = (keyword: string) => lines.findLast(([first]) => first === keyword)?.slice(1) ?? [];
  const servers = lines
    .filter(([first]) => first === 'nameserver')
    .flatMap(([, address = '']) => {
      const canonical = canonicalAddress(address);
      return canonical === undefined ? [] : [canonical];
    });
  const ndots = last('options').find((option) => option.startsWith('ndots:'));
  return { servers, search: last('search'), ndots: Number(ndots?.slice('ndots:'.length) ?? 1) };
}

export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const [address = '', ...names] of statements(text)) {
    const canonical = canonicalAddress(address);
    if (canonical === undefined) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      hosts.set(key, [...(hosts.get(key) ?? []), canonical]);
    }
  }
  return hosts;
}

const statements = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/[#;].*/, '')
        .trim()
        .split(/\s+/),
    )
    .filter(([first]) => first !== '');

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
