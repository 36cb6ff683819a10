import { Resolver as ServerResolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { codeOf, ProbeFault } from './failure.ts';
import { type ResolverConfiguration, systemResolverConfiguration } from './resolver-configuration.ts';

export type Family = 4 | 6;

/** Turns a name into addresses of one family. */
export interface AddressResolver {
  /** Families in order of preference; the first that has an address wins. Rejects with a `ProbeFault` of phase Resolve. */
  resolve(host: string, families: readonly Family[]): Promise<readonly string[]>;
}

type Answer = readonly string[] | 'NXDomain' | 'NoRecord' | 'ServFail';

const ANSWERS: Readonly<Record<string, Answer>> = {
  ENOTFOUND: 'NXDomain',
  ENODATA: 'NoRecord',
  ESERVFAIL: 'ServFail',
};

/** From the least to the most telling when several names were tried. */
const TELLING = ['NXDomain', 'NoRecord', 'ServFail'] as const;

const MESSAGES: Record<(typeof TELLING)[number], string> = {
  NXDomain: 'does not exist in DNS (NXDOMAIN)',
  NoRecord: 'exists in DNS but has no address',
  ServFail: 'could not be resolved: the DNS server failed (SERVFAIL)',
};

/**
 * Asks the DNS servers itself, with the search domains and hosts file that the C library would use: getaddrinfo
 * reports NXDOMAIN and an empty answer, and SERVFAIL and a time-out, as the same error, and a slow server would block
 * the few threads that all look-ups share.
 */
export function createResolver(
  configuration: ResolverConfiguration = systemResolverConfiguration(),
): AddressResolver {
  const server = new ServerResolver();
  if (configuration.servers.length > 0) server.setServers([...configuration.servers]);

  const ask = async (name: string, family: Family): Promise<Answer> => {
    try {
      const addresses = family === 4 ? await server.resolve4(name) : await server.resolve6(name);
      // An alias of a name without an address is answered well, and with nothing.
      return addresses.length > 0 ? addresses : 'NoRecord';
    } catch (error) {
      const answer = ANSWERS[codeOf(error)];
      if (answer === undefined) throw unexpected(name, codeOf(error));
      return answer;
    }
  };

  const askFamilies = async (name: string, families: readonly Family[]): Promise<Answer> => {
    let answer: Answer = 'NXDomain';
    for (const family of families) {
      answer = await ask(name, family);
      if (typeof answer !== 'string' || answer === 'NXDomain') return answer;
    }
    return answer;
  };

  return {
    async resolve(host, families) {
      const local = literalOrHosts(host, configuration);
      if (local !== undefined) return ofFamilies(host, local, families);
      const failures = new Set<Answer>();
      for (const name of namesToTry(host, configuration)) {
        const answer = await askFamilies(name, families);
        if (typeof answer !== 'string') return answer;
        failures.add(answer);
      }
      const reason = TELLING.findLast((answer) => failures.has(answer)) ?? 'NXDomain';
      throw new ProbeFault('Resolve', reason, `${host} ${MESSAGES[reason]}.`);
    },
  };
}

function literalOrHosts(host: string, { hosts }: ResolverConfiguration): readonly string[] | undefined {
  if (isIP(host) !== 0) return [host];
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return hosts.get(name) ?? ['127.0.0.1', '::1'];
  return hosts.get(name);
}

function ofFamilies(
  host: string,
  addresses: readonly string[],
  families: readonly Family[],
): readonly string[] {
  for (const family of families) {
    const usable = addresses.filter((address) => isIP(address) === family);
    if (usable.length > 0) return usable;
  }
  throw new ProbeFault('Resolve', 'NoRecord', `${host} has no IPv${families.join(' or IPv')} address.`);
}

/** As the C library does: a name with enough dots first as it is, any other first with each search domain. */
function namesToTry(host: string, { search, ndots }: ResolverConfiguration): string[] {
  if (host.endsWith('.')) return [host];
  const searched = search.map((domain) => `${host}.${domain.replace(/\.$/, '')}`);
  return host.split('.').length > ndots ? [host, ...searched] : [...searched, host];
}

function unexpected(name: string, code: string): ProbeFault {
  return code === 'ETIMEOUT'
    ? new ProbeFault(
        'Resolve',
        'DNSTimeout',
        `${name} was not resolved in time: the DNS server did not answer.`,
      )
    : new ProbeFault(
        'Resolve',
        'DNSFailed',
        `${name} could not be resolved: the DNS server cannot be asked.`,
      );
}
