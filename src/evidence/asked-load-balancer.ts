import type { Ingress } from '../diagnosis/model/kubernetes.ts';
import { type Observation, remoteIP } from '../diagnosis/model/observation.ts';
import { isLoadBalancerHost } from '../diagnosis/topology/load-balancer-names.ts';
import type { SlotContext } from './slot-context.ts';

/** Names to look up at the most: a cluster may have a load balancer for each Ingress. */
const MOST_NAMES = 20;

/** The names in the status of an Ingress or Service. */
export const publishedNames = (
  object: { readonly status?: Ingress['status'] } | undefined,
): readonly string[] =>
  (object?.status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []);

/** By its own mark, also on the page for what AWS WAF blocks. */
export const isSignedByALB = ({ answeredBy, headers }: Observation): boolean =>
  answeredBy?.product === 'ALB' || (headers.server?.startsWith('awselb/') ?? false);

/** The name under which Ingresses publish the load balancer that found no rule, by the address of that name. */
export async function askedLoadBalancer(
  { observation, probe, resolve }: SlotContext,
  ingresses: readonly Ingress[],
): Promise<string | undefined> {
  const remote = remoteIP(observation);
  const isTelling = observation.code === 404 && isSignedByALB(observation);
  if (resolve === undefined || remote === undefined || !isTelling) return undefined;
  const isOwn = ({ metadata }: Ingress) => metadata.namespace === probe.namespace;
  const ownFirst = [...ingresses.filter(isOwn), ...ingresses.filter((ingress) => !isOwn(ingress))];
  const names = [...new Set(ownFirst.flatMap(publishedNames))]
    .filter(isLoadBalancerHost)
    .slice(0, MOST_NAMES);
  const looks = await Promise.all(names.map(async (name) => ({ name, look: await resolve(name) })));
  return looks.find(({ look }) => look.ok && look.value.includes(remote))?.name;
}
