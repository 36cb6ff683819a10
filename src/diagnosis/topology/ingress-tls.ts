import type { Ingress } from '../model/kubernetes.ts';
import { HOST_RANKS, hostRank } from './ingress-hosts.ts';

/** Where in `spec.tls` an Ingress says what to show for a host, the closest first; -1 where it does not. */
export function tlsIndexFor({ spec }: Ingress, host: string): number {
  const ranks = (spec.tls ?? []).map(({ hosts = [] }) => {
    // Without hosts it is for any, as a rule is.
    if (hosts.length === 0) return HOST_RANKS.any;
    return Math.max(...hosts.map((each) => (each === '' ? -1 : (hostRank(each, host) ?? -1))));
  });
  const closest = Math.max(-1, ...ranks);
  return closest < 0 ? -1 : ranks.indexOf(closest);
}
