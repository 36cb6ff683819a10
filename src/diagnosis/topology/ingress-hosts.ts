import { byCodeUnit } from '../model/code-unit.ts';
import type { Ingress } from '../model/kubernetes.ts';

export const HOST_RANKS = { exact: 2, wildcard: 1, any: 0 } as const;

/** How closely a rule's host fits: exactly, by `*.domain` (one label), or as a rule for any host; undefined: not at all. */
export function hostRank(ruleHost: string | undefined, host: string): number | undefined {
  const wanted = (ruleHost ?? '').toLowerCase();
  if (wanted === '') return HOST_RANKS.any;
  if (wanted === host) return HOST_RANKS.exact;
  const firstDot = host.indexOf('.');
  const isWildcard = wanted.startsWith('*.') && firstDot > 0 && wanted.slice(1) === host.slice(firstDot);
  return isWildcard ? HOST_RANKS.wildcard : undefined;
}

/** The closest fit of an Ingress' rules for a host; a defaultBackend takes any host. */
export function ingressHostRank({ spec }: Ingress, host: string): number | undefined {
  const ranks = (spec.rules ?? [])
    .map((rule) => hostRank(rule.host, host))
    .filter((rank) => rank !== undefined);
  if (ranks.length > 0) return Math.max(...ranks);
  return spec.defaultBackend === undefined ? undefined : HOST_RANKS.any;
}

/** Names under which an index must keep an Ingress so that `indexedHostsFor` finds it; `` stands for any host. */
export function hostsOf({ spec }: Ingress): readonly string[] {
  const named = (spec.rules ?? []).map(({ host = '' }) => host.toLowerCase());
  return [...new Set([...named, ...(spec.defaultBackend === undefined ? [] : [''])])];
}

/** The index values that may hold a rule for a host. */
export function indexedHostsFor(host: string): readonly string[] {
  const firstDot = host.indexOf('.');
  return [host, ...(firstDot > 0 ? [`*${host.slice(firstDot)}`] : []), ''];
}

/** The oldest Ingress wins a host and path that several claim; of one age, the first by namespace and name. */
export const bySeniority = ({ metadata: a }: Ingress, { metadata: b }: Ingress): number =>
  byCodeUnit(a.creationTimestamp ?? '', b.creationTimestamp ?? '') ||
  byCodeUnit(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`);

/** Ingresses that have a rule for the host, exact hosts first, then the oldest. */
export function candidatesFor(ingresses: readonly Ingress[], host: string): readonly Ingress[] {
  const rankOf = new Map(ingresses.map((ingress) => [ingress, ingressHostRank(ingress, host) ?? -1]));
  const rank = (ingress: Ingress) => rankOf.get(ingress) ?? -1;
  return ingresses
    .filter((ingress) => rank(ingress) >= 0)
    .sort((a, b) => rank(b) - rank(a) || bySeniority(a, b));
}
