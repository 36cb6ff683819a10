import { isIP } from 'node:net';
import { middlewaresInDoubt } from '../../diagnosis/model/answering.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { IngressMatch } from '../../diagnosis/model/ingress-evidence.ts';
import type { Service, ServicePort } from '../../diagnosis/model/kubernetes.ts';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { type Observation, remoteIP } from '../../diagnosis/model/observation.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { HopAnswer, RoutedRequest, ServiceEvidence } from '../../diagnosis/model/route-evidence.ts';
import type { BackendRequest } from '../../diagnosis/topology/backend-request.ts';
import { gatewayAddresses } from '../../diagnosis/topology/gateway-listeners.ts';
import { isHeadless } from '../../diagnosis/topology/service-ports.ts';
import { sentOn } from '../sent-on.ts';
import type { Asker, EvidenceSettings, HopRequest, SlotContext, SlotReader } from '../slot-context.ts';
import { endpointsToAsk } from './dials.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A question to one hop, before it is asked. */
interface Stop extends Omit<HopAnswer, 'observation'> {
  readonly request: BackendRequest;
  readonly withCredentials: boolean;
}

/** Why a request may not be sent again; undefined where it may. */
export function whyNotAsked({ hops }: EvidenceSettings, method: string): string | undefined {
  if (hops === 'Disabled') return 'Asking the hops is disabled by spec.diagnose.hops.mode';
  if (hops === 'AnyMethod' || SAFE_METHODS.has(method)) return undefined;
  return `${method} is sent to hops only where spec.diagnose.hops.mode is AnyMethod`;
}

/** Whether hops may be asked with this method. */
export function permission({ settings, ask }: SlotContext, method: string): Lookup<Asker> {
  const why = whyNotAsked(settings, method);
  if (why !== undefined) return couldNotLook('NotConfigured', why);
  return ask === undefined ? couldNotLook('NotConfigured', 'Hops are not asked from here') : found(ask);
}

/** What takes the request before the Service: the object that names it, and the addresses under which it is reached. */
interface Entry extends Pick<Stop, 'ref'> {
  readonly hop: 'Ingress' | 'Gateway';
  readonly addresses: readonly string[];
}

const ofIngress = ({ ingress }: IngressMatch, home: string): Entry => ({
  hop: 'Ingress',
  ref: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home).ref,
  addresses: (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
});

async function routerOf({ slot, probe }: SlotContext): Promise<Entry | undefined> {
  const [ingress, gateways] = await Promise.all([slot('ingress'), slot('gateways')]);
  if (ingress.ok && ingress.value.match !== undefined) return ofIngress(ingress.value.match, probe.namespace);
  const asked = gateways.ok ? gateways.value.asked : undefined;
  if (asked === undefined) return undefined;
  const addresses = gatewayAddresses(asked.gateway).filter((address) => isIP(address) !== 0);
  return { hop: 'Gateway', ref: asked.reference.ref, addresses };
}

/** With the addresses of the names in its status, where DNS knows them. */
async function entryOf(context: SlotContext): Promise<Entry | undefined> {
  const [router, records] = await Promise.all([routerOf(context), context.slot('hostRecords')]);
  if (router === undefined || !records.ok) return router;
  return { ...router, addresses: records.value.publishedAddresses };
}

/** The controller itself, by its own address, where the name led elsewhere. */
function entryStop(entry: Entry | undefined, request: RoutedRequest, seen: Observation): Stop[] {
  const remote = remoteIP(seen);
  const [address] = entry?.addresses ?? [];
  if (entry === undefined || address === undefined || remote === undefined) return [];
  if (entry.addresses.includes(remote)) return [];
  const { hop, ref } = entry;
  return [{ hop, ref, address, port: request.port, request, withCredentials: false }];
}

type Inside = Pick<Stop, 'request' | 'withCredentials'>;

/** The Service by its cluster address; a probe that names the Service has asked that already. */
function serviceStop(
  { reference, askedBy }: ServiceEvidence,
  service: Service,
  port: ServicePort,
  inside: Inside,
): Stop[] {
  const { clusterIP } = service.spec;
  if (clusterIP === undefined || clusterIP === '' || isHeadless(service) || askedBy.kind === 'StatusProbe')
    return [];
  return [{ hop: 'Service', ref: reference.ref, address: clusterIP, port: port.port, ...inside }];
}

async function podStops(
  { slot, probe, settings }: SlotContext,
  namespace: string,
  inside: Inside,
): Promise<Slot<readonly Stop[]>> {
  const behind = await slot('endpoints');
  if (!behind.ok) return behind;
  const stops = endpointsToAsk(behind.value, { settings }).map(({ address, port, podName }) => ({
    hop: 'Pod' as const,
    ref:
      podName === undefined
        ? address
        : referenceTo({ kind: 'Pod', namespace, name: podName }, probe.namespace).ref,
    ...(podName === undefined ? {} : { podName }),
    address,
    port,
    ...inside,
  }));
  return found(stops);
}

/** Whether a handshake came about, or failed over what is said in one. */
const speaksTLS = ({ tls, failure }: Observation): boolean =>
  tls !== undefined || failure?.reason === 'TLSAlert';

/** A server that wants TLS closes a plain connection without a word, or answers 400: whether it takes a handshake tells. */
async function askHop(ask: Asker, question: HopRequest): Promise<Observation> {
  const { code, ...plain } = await ask(question);
  const answer = { ...plain, ...(code !== undefined && { code }) };
  const isSuspicious = code === 400 || plain.failure?.reason === 'ClosedBeforeHeaders';
  if (question.scheme === 'https' || !isSuspicious) return answer;
  if (!speaksTLS(await ask({ ...question, scheme: 'https', withCredentials: false }))) return answer;
  const does = code === undefined ? 'closes plain connections' : `answers plain HTTP with ${code}`;
  const message = `${question.address}:${question.port} ${does} and takes a TLS handshake.`;
  return { ...plain, success: false, failure: { phase: 'Wait', reason: 'TLSExpected', message } };
}

async function askAll(ask: Asker, stops: readonly Stop[]): Promise<readonly HopAnswer[]> {
  return Promise.all(
    stops.map(async ({ request: { scheme, path, host }, withCredentials, ...stop }) => {
      const { address, port } = stop;
      const question = { address, port, scheme, path, ...(host && { host }), withCredentials };
      return { ...stop, observation: await askHop(ask, question) };
    }),
  );
}

/** The Service and its Pods, asked as the router before them would ask; outermost first. */
async function insideStops(context: SlotContext, request: RoutedRequest) {
  const route = await context.slot('service');
  if (!route.ok) return route;
  const { service, port, reference } = route.value;
  if (service === undefined || port === undefined) return NOT_APPLICABLE;
  const sent = await sentOn(context, request, service, port);
  if (!sent.ok) return sent;
  const { namespace = '' } = reference;
  const inside = { request: sent.value, withCredentials: namespace === context.probe.namespace };
  const pods = await podStops(context, namespace, inside);
  if (!pods.ok) return pods;
  return found([...serviceStop(route.value, service, port, inside), ...pods.value]);
}

/** Whether the Pods were asked what middlewares may have turned into something else: then only good answers tell anything. */
async function isVain({ slot, observation }: SlotContext, answers: readonly HopAnswer[]): Promise<boolean> {
  const ingress = await slot('ingress');
  if (!ingress.ok || middlewaresInDoubt({ observation, ingress: ingress.value }) === undefined) return false;
  return answers.some(
    ({ hop, observation: { code, success } }) =>
      (hop === 'Service' || hop === 'Pod') && code !== undefined && !success,
  );
}

export const readHops: SlotReader<'hops'> = async (context) => {
  const asked = await context.slot('request');
  if (!asked.ok) return asked;
  const inside = await insideStops(context, asked.value);
  if (!inside.ok) return inside;
  const allowed = permission(context, context.observation.method);
  if (!allowed.ok) return allowed;
  const outside = entryStop(await entryOf(context), asked.value, context.observation);
  const answers = await askAll(allowed.value, [...outside, ...inside.value]);
  return (await isVain(context, answers)) ? NOT_APPLICABLE : found(answers);
};
