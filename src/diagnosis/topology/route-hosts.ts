import type { HTTPRoute } from '../model/gateway-api.ts';

/** Above the length of any host name. */
const EXACT = 1000;

/**
 * How closely a host name of the Gateway API fits: exactly, then by the longest `*.` suffix of any number of labels, then
 * 0 for one that takes any host; undefined: not at all.
 */
export function hostnameRank(hostname: string | undefined, host: string): number | undefined {
  const wanted = (hostname ?? '').toLowerCase();
  if (wanted === '') return 0;
  if (wanted === host) return EXACT;
  return wanted.startsWith('*.') && host.endsWith(wanted.slice(1)) ? wanted.length : undefined;
}

/** The closest fit of several host names; undefined: none fits. */
export function closestRank(hostnames: readonly (string | undefined)[], host: string): number | undefined {
  const ranks = hostnames.flatMap((hostname) => hostnameRank(hostname, host) ?? []);
  return ranks.length === 0 ? undefined : Math.max(...ranks);
}

/** Host names by which an HTTPRoute is known; `` where it takes whatever its listeners take. */
export function routeHosts({ spec }: HTTPRoute): readonly string[] {
  const { hostnames = [] } = spec;
  return hostnames.length === 0 ? [''] : hostnames.map((hostname) => hostname.toLowerCase());
}

/** The names under which an HTTPRoute for a host may stand. */
export function routeHostsFor(host: string): readonly string[] {
  const labels = host.split('.');
  const suffixes = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [host, ...suffixes, ''];
}
