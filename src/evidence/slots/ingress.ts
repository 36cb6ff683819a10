import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { IngressEvidence } from '../../diagnosis/model/ingress-evidence.ts';
import type { Ingress } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { type Observation, remoteIP } from '../../diagnosis/model/observation.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { RoutedRequest } from '../../diagnosis/model/route-evidence.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { isCanary } from '../../diagnosis/topology/canary.ts';
import { candidatesFor } from '../../diagnosis/topology/ingress-hosts.ts';
import { matchIngress } from '../../diagnosis/topology/ingress-match.ts';
import { askedLoadBalancer, publishedNames } from '../asked-load-balancer.ts';
import { ingressesForHost, isNamedFor } from '../host-ingresses.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

type IngressTarget = Extract<Target, { kind: 'Ingress' | 'HTTPRoute' }>;

/** Other Ingresses of the probe's namespace: where a misspelt name or host may belong. They only enrich. */
async function beside(
  { reader, probe }: SlotContext,
  candidates: readonly Ingress[],
): Promise<Pick<IngressEvidence, 'others' | 'otherHosts'>> {
  const listed = await reader.list('Ingress', { namespace: probe.namespace });
  const names = new Set(candidates.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const others = (listed.ok ? listed.value : []).filter(
    ({ metadata }) => !names.has(`${metadata.namespace}/${metadata.name}`),
  );
  const hosts = others.flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ host }) => host ?? []));
  return { others, otherHosts: [...new Set(hosts)].sort() };
}

/** What takes the request that is meant for one Ingress: itself, or a canary of it. */
function matchNamed(ingress: Ingress, listed: readonly Ingress[], request: RoutedRequest, home: string) {
  const alone = matchIngress([ingress], request, home);
  if (alone.match === undefined || isCanary(ingress)) return alone;
  return matchIngress([ingress, ...listed.filter(isCanary)], request, home);
}

async function byReference(
  context: SlotContext,
  { namespace, name }: IngressTarget,
  request: RoutedRequest,
): Promise<Slot<IngressEvidence>> {
  const { reader, probe } = context;
  const named = await reader.get('Ingress', { namespace, name });
  if (!named.ok) return named;
  if (named.value === undefined) {
    const missing = referenceTo({ kind: 'Ingress', namespace, name }, probe.namespace);
    return found({ candidates: [], rivals: [], missing, ...(await beside(context, [])) });
  }
  const [all, rest] = await Promise.all([
    ingressesForHost(reader, request.host, probe.namespace),
    beside(context, [named.value]),
  ]);
  // The very object that stands among the rivals, so that checks can tell it from them.
  const isNamed = ({ metadata }: Ingress) => metadata.name === name && metadata.namespace === namespace;
  const ingress = (all.ok ? all.value.find(isNamed) : undefined) ?? named.value;
  const listed = all.ok ? all.value : [];
  const { match, canary } = matchNamed(ingress, listed, request, probe.namespace);
  const { rivals } = matchIngress(listed, request, probe.namespace);
  const claimed = rivals.some((rival) => isNamed(rival.ingress));
  const routed = { ...(match && { match }), ...(canary && { canary }), rivals: claimed ? rivals : [] };
  return found({ candidates: [ingress], ...routed, ...rest });
}

/** Ports on which controllers take requests; on others a node's address belongs to anybody. */
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

const addressesOf = (ingresses: readonly Ingress[]) =>
  ingresses.flatMap(({ status }) => status?.loadBalancer?.ingress ?? []);

/** Whether the request came to an ingress controller of this cluster: by an Ingress' address, or as it says itself. */
function reachedController(
  observation: Observation,
  request: RoutedRequest,
  ingresses: readonly Ingress[],
): boolean {
  if (observation.answeredBy?.layer === 'Ingress') return true;
  if (!WEB_PORTS.has(request.port)) return false;
  const remote = remoteIP(observation);
  return addressesOf(ingresses).some(
    ({ ip, hostname }) =>
      hostname === request.host || (ip !== undefined && [remote, request.host].includes(ip)),
  );
}

/** What an edge says of what is behind it. */
const OF_ORIGIN: ReadonlySet<number | undefined> = new Set([502, 503, 504, 520, 521, 522, 523, 524]);

/**
 * The one Ingress of the probe's namespace that takes any host, where an edge outside the cluster says that what is
 * behind it fails: edges mostly call it by another name than callers call them.
 */
function behindEdge({ observation, probe }: SlotContext, listed: readonly Ingress[]): readonly Ingress[] {
  const isOfEdge = observation.answeredBy?.layer === 'Edge' && OF_ORIGIN.has(observation.code);
  const own = listed.filter(({ metadata }) => metadata.namespace === probe.namespace);
  return isOfEdge && own.length === 1 ? own : [];
}

/** Whether the request went elsewhere than to the addresses of the Ingresses, as far as these tell. */
function passesBy(observation: Observation, ingresses: readonly Ingress[]): boolean {
  const remote = remoteIP(observation);
  const addresses = addressesOf(ingresses);
  return remote !== undefined && addresses.length > 0 && addresses.every(({ ip = remote }) => ip !== remote);
}

/** What brings Ingresses into play that no rule names for the host. */
type Concern = Pick<IngressEvidence, 'loadBalancer'>;

/** Whether Ingresses that are not named for the host concern the request: only where it came to their controller. */
async function concernsAny(
  context: SlotContext,
  request: RoutedRequest,
  listed: readonly Ingress[],
): Promise<Slot<Concern>> {
  const everywhere = await context.reader.list('Ingress');
  const known = everywhere.ok ? everywhere.value : listed;
  if (reachedController(context.observation, request, known)) return found({});
  const loadBalancer = await askedLoadBalancer(context, known);
  return loadBalancer === undefined ? NOT_APPLICABLE : found({ loadBalancer });
}

/** Whether Ingresses concern the request: those named for its host, others only where it came to a controller. */
async function concernsIngress(
  context: SlotContext,
  request: RoutedRequest,
  listed: readonly Ingress[],
  byGateway: Slot<unknown>,
): Promise<Slot<Concern>> {
  const isUnsure = !byGateway.ok && byGateway.reason !== 'NotApplicable';
  const named = listed.filter((ingress) => isNamedFor(ingress, request.host));
  if (named.length > 0) return isUnsure && passesBy(context.observation, named) ? byGateway : found({});
  const concern = await concernsAny(context, request, listed);
  return concern.ok && isUnsure && listed.length === 0 ? byGateway : concern;
}

/** Rules of another load balancer take nothing of what came to this one. */
const servedAt = (ingresses: readonly Ingress[], { loadBalancer }: Concern): readonly Ingress[] =>
  loadBalancer === undefined
    ? ingresses
    : ingresses.filter((ingress) => publishedNames(ingress).includes(loadBalancer));

/** The Ingresses that a URL may go through: those named for its host, else rules for any host at a controller's address. */
async function byHost(context: SlotContext, request: RoutedRequest): Promise<Slot<IngressEvidence>> {
  const { reader, probe } = context;
  const listed = await ingressesForHost(reader, request.host, probe.namespace);
  if (!listed.ok) return listed;
  const byGateway = await context.slot('httpRoute');
  if (byGateway.ok) return NOT_APPLICABLE;
  const concerned = await concernsIngress(context, request, listed.value, byGateway);
  const named = listed.value.filter((ingress) => isNamedFor(ingress, request.host));
  const behind =
    !concerned.ok && concerned.reason === 'NotApplicable' ? behindEdge(context, listed.value) : [];
  if (!concerned.ok && behind.length === 0) return concerned;
  const concern = concerned.ok ? concerned.value : {};
  const [taking = servedAt(listed.value, concern)] = [named, behind].filter(({ length }) => length > 0);
  const candidates = candidatesFor(taking, request.host);
  return found({
    candidates,
    ...matchIngress(candidates, request, probe.namespace),
    ...(await beside(context, candidates)),
    ...concern,
  });
}

export const readIngress: SlotReader<'ingress'> = async (context) => {
  const request = await context.slot('request');
  if (!request.ok) return request;
  const { target } = context.probe;
  if (target.kind === 'Ingress') return byReference(context, target, request.value);
  return target.kind === 'URL' ? byHost(context, request.value) : NOT_APPLICABLE;
};
