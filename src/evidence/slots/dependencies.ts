import { type Dependency, isUsable, type Mention } from '../../diagnosis/model/dependency.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { couldNotLook, found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { nearest } from '../../diagnosis/model/nearest.ts';
import { type ObjectReference, referenceTo } from '../../diagnosis/model/reference.ts';
import type { LogExcerpt } from '../../diagnosis/model/route-evidence.ts';
import {
  type Complaint,
  complaintIn,
  complaintsOf,
  type NamedHost,
} from '../../diagnosis/topology/named-hosts.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import { parseServiceHost, serviceNamed } from '../../diagnosis/topology/service-hosts.ts';
import { isHeadless } from '../../diagnosis/topology/service-ports.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { behindService, isSeen, NOBODY } from './behind-service.ts';
import { eventsOf } from './events.ts';
import { logsOfTroubled } from './logs.ts';

const MAXIMUM_SERVICES = 3;

/** Who said it, and what. */
type Said = Omit<Mention, 'line' | 'isCertain'> & { readonly complaint: Complaint };

/** A Service that is named, or the name of one that there is not. */
interface Named {
  readonly reference: ObjectReference;
  readonly service?: Service;
  readonly mention: Mention;
}

interface Mentioned extends Named {
  readonly mentions: readonly Mention[];
}

/** From here on a code may come of somebody who could not be reached. */
const FAILS = 500;

const saidInLogs = (logs: readonly LogExcerpt[], told: Pick<Mention, 'through'>, requestID?: string) =>
  logs.flatMap(({ podName, lines }): readonly Said[] =>
    complaintsOf(lines, requestID).map((complaint) => ({ by: 'Log', podName, complaint, ...told })),
  );

/** By the application's answer, its Pods' logs, and what the kubelet tells of their probes. */
async function saidByApplication({ slot, observation }: SlotContext): Promise<readonly Said[]> {
  const [answer, logs, events] = await Promise.all([slot('answerText'), slot('logs'), slot('events')]);
  const unhealthy = (events.ok ? events.value : []).filter(
    ({ reason, regarding }) => reason === 'Unhealthy' && regarding.kind === 'Pod',
  );
  const said = [
    ...(answer.ok ? complaintIn(answer.value) : []).map((complaint): Said => ({ by: 'Answer', complaint })),
    ...(logs.ok ? saidInLogs(logs.value, {}, observation.requestID) : []),
    ...unhealthy.flatMap(({ message, regarding: { name: podName = '' } }) =>
      complaintIn(message).map((complaint): Said => ({ by: 'Event', podName, complaint })),
    ),
  ];
  // Who is called by name somewhere need not be guessed elsewhere.
  const named = said.filter(({ complaint: { ports } }) => ports.length === 0);
  return named.length > 0 ? named : said;
}

/** All Services where they may be looked at, for an address tells no namespace. */
async function servicesOf({ reader, probe }: SlotContext): Promise<Lookup<readonly Service[]>> {
  const all = await reader.list('Service');
  return all.ok ? all : reader.list('Service', { namespace: probe.namespace });
}

/** A bare name, or one that ends as names of Services do, of which DNS says that there is none. */
function unknownService({ host, isUnknown }: NamedHost, { probe, settings }: SlotContext) {
  const named = isUnknown ? parseServiceHost(host, probe.namespace, settings.clusterDomain) : undefined;
  return named?.certain ? named : undefined;
}

/** A line that names a port that the Service does not have is hardly about it. */
const hasPort = (service: Service, port: number | undefined): boolean =>
  port === undefined ||
  isHeadless(service) ||
  (service.spec.ports ?? []).some((one) => one.port === port || one.nodePort === port);

/** The one Service of the namespace that has such a port; of several nobody can tell which is meant. */
function onlyStore(
  services: readonly Service[],
  namespace: string,
  { complaint: { line, ports }, ...said }: Said,
): readonly Named[] {
  const stores = services.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && (spec.ports ?? []).some(({ port }) => ports.includes(port)),
  );
  const [service] = stores;
  if (service === undefined || stores.some(({ spec }) => !isSameStore(spec, service.spec))) return [];
  const { name } = service.metadata;
  const reference = referenceTo({ kind: 'Service', name, namespace }, namespace);
  return [{ reference, service, mention: { ...said, line, isCertain: false } }];
}

/** A store often has a headless Service beside the other, with the same Pods behind both. */
const isSameStore = (one: Service['spec'], other: Service['spec']): boolean =>
  one === other ||
  (one.selector !== undefined && JSON.stringify(one.selector) === JSON.stringify(other.selector));

function namedBy(
  context: SlotContext,
  services: readonly Service[],
  { complaint, ...said }: Said,
): readonly Named[] {
  const { probe, settings } = context;
  const place = {
    home: probe.namespace,
    ...(settings.clusterDomain && { clusterDomain: settings.clusterDomain }),
  };
  const byHost = complaint.hosts.flatMap((host): readonly Named[] => {
    const mention = { ...said, line: complaint.line, isCertain: host.isCertain };
    const service = serviceNamed(host.host, services, place);
    const unknown = service === undefined ? unknownService(host, context) : undefined;
    const named = service?.metadata ?? unknown;
    if (named === undefined || (service !== undefined && !hasPort(service, host.port))) return [];
    const { name, namespace = probe.namespace } = named;
    const reference = referenceTo({ kind: 'Service', name, namespace }, probe.namespace);
    return [{ reference, mention, ...(service && { service }) }];
  });
  return byHost.length > 0 ? byHost : onlyStore(services, probe.namespace, { complaint, ...said });
}

/** The application's own Services lead to the very Pods that speak. */
async function areOwn({ slot }: SlotContext): Promise<(service: Service) => boolean> {
  const [route, selected] = await Promise.all([slot('service'), slot('pods')]);
  const own = route.ok ? route.value.service?.metadata : undefined;
  const pods = selected.ok ? selected.value.pods : [];
  return ({ metadata: { name, namespace }, spec: { selector = {} } }) =>
    (own?.name === name && own.namespace === namespace) ||
    (Object.keys(selector).length > 0 &&
      pods.some(
        (pod) => pod.metadata.namespace === namespace && matchesLabels(selector, pod.metadata.labels),
      ));
}

/** A name that is not there; not applicable where nothing of its namespace is seen, which proves nothing. */
async function missing(
  context: SlotContext,
  { reference, mentions }: Mentioned,
  services: readonly Service[],
): Promise<Slot<Dependency>> {
  const { namespace = '', name } = reference;
  if (!(await isSeen(context, namespace))) return NOT_APPLICABLE;
  const names = services
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  const meant = nearest(name, names);
  return found({
    reference,
    mentions,
    ...NOBODY,
    events: [],
    logs: [],
    ...(meant !== undefined && { nearest: meant }),
  });
}

/** What stands behind the Service; logs only of Pods of the probe's own namespace. */
async function existing(
  context: SlotContext,
  { reference, mentions }: Mentioned,
  service: Service,
): Promise<Slot<Dependency>> {
  const behind = await behindService(context, service, undefined);
  if (!behind.ok) return behind;
  const { pods, workloads } = behind.value;
  const objects = [...pods.pods.map((pod) => ({ ...pod, kind: 'Pod' })), ...workloads.selected];
  const [events, logs] = await Promise.all([
    eventsOf(context.reader, objects),
    logsOfTroubled(context, pods, reference.namespace ?? ''),
  ]);
  return found({
    reference,
    mentions,
    ...behind.value,
    events: events.ok ? events.value : [],
    logs: logs.ok ? logs.value : [],
  });
}

const look = (
  context: SlotContext,
  one: Mentioned,
  services: readonly Service[],
): Promise<Slot<Dependency>> =>
  one.service === undefined ? missing(context, one, services) : existing(context, one, one.service);

/** Each Service once, with all that is said of it. */
const together = (named: readonly Named[]): readonly Mentioned[] =>
  [...Map.groupBy(named, ({ reference }) => reference.ref).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, mentions: group.map(({ mention }) => mention) }];
  });

/** What the Pods of a Service that is down complain of themselves. */
const saidBehind = (looks: readonly Slot<Dependency>[]): readonly Said[] =>
  looks.flatMap((one) =>
    one.ok && !isUsable(one.value) ? saidInLogs(one.value.logs, { through: one.value.reference }) : [],
  );

/** What could be looked at; where nothing could, why. What says so names no namespace, which may not be the probe's to know. */
function whole(looks: readonly Slot<Dependency>[]): Slot<readonly Dependency[]> {
  const seen = looks.flatMap((one) => (one.ok ? [one.value] : []));
  const failed = looks.flatMap((one) => (one.ok || one.reason === 'NotApplicable' ? [] : [one]))[0];
  if (seen.length > 0) return found(seen);
  return failed === undefined
    ? NOT_APPLICABLE
    : couldNotLook(failed.reason, 'A Service on which the application depends could not be looked at');
}

export const readDependencies: SlotReader<'dependencies'> = async (context) => {
  if ((context.observation.code ?? FAILS) < FAILS) return NOT_APPLICABLE;
  let said = await saidByApplication(context);
  if (said.length === 0) return NOT_APPLICABLE;
  const services = await servicesOf(context);
  if (!services.ok) return services;
  const isOwn = await areOwn(context);
  const looks = new Map<string, Slot<Dependency>>();
  while (said.length > 0) {
    const named = said.flatMap((one) => namedBy(context, services.value, one));
    const others = together(named).filter(({ reference: { ref }, service }) => {
      const isOutside = service !== undefined && (service.spec.type === 'ExternalName' || isOwn(service));
      return !isOutside && !looks.has(ref);
    });
    const chosen = others.slice(0, MAXIMUM_SERVICES - looks.size);
    const seen = await Promise.all(chosen.map((one) => look(context, one, services.value)));
    for (const [index, { reference }] of chosen.entries())
      looks.set(reference.ref, seen[index] ?? NOT_APPLICABLE);
    said = saidBehind(seen);
  }
  return whole([...looks.values()]);
};
