import type { Ingress } from '../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../diagnosis/model/lookup.ts';
import { HOST_RANKS, ingressHostRank } from '../diagnosis/topology/ingress-hosts.ts';
import type { ClusterReader } from './cluster/reader.ts';

/** Whether a rule of the Ingress names the host, and does not merely take any. */
export const isNamedFor = (ingress: Ingress, host: string): boolean =>
  (ingressHostRank(ingress, host) ?? HOST_RANKS.any) > HOST_RANKS.any;

/** Of the probe's own namespace alone where others may not be looked at: that is enough where the host is there. */
export async function ingressesForHost(
  reader: ClusterReader,
  host: string,
  home: string,
): Promise<Lookup<readonly Ingress[]>> {
  const all = await reader.list('Ingress', { host });
  if (all.ok) return all;
  const own = await reader.list('Ingress', { host, namespace: home });
  return own.ok && own.value.some((ingress) => isNamedFor(ingress, host)) ? own : all;
}
