import { byCodeUnit } from '../../diagnosis/model/code-unit.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { GatewaysEvidence } from '../../diagnosis/model/http-route-evidence.ts';
import type { KubernetesEvent, KubernetesObject } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { withoutRequest } from '../../diagnosis/topology/controller-events.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import { redact } from '../redact.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

const gatewayObjects = ({ route, parents }: GatewaysEvidence): readonly KubernetesObject[] => [
  { ...route, kind: 'HTTPRoute' },
  ...parents.flatMap(({ gateway }) => (gateway === undefined ? [] : [{ ...gateway, kind: 'Gateway' }])),
];

/** The route's objects that are there: Ingress or HTTPRoute, Service, Pods and what keeps them running. */
async function objectsOnRoute({ slot }: SlotContext): Promise<readonly KubernetesObject[]> {
  const [ingress, gateways, service, pods, workloads, bindings] = await Promise.all([
    slot('ingress'),
    slot('gateways'),
    slot('service'),
    slot('pods'),
    slot('workloads'),
    slot('targetGroupBindings'),
  ]);
  const candidates = ingress.ok ? ingress.value.candidates : [];
  const route = [
    ...candidates.map((object) => ({ ...object, kind: 'Ingress' })),
    ...(gateways.ok ? gatewayObjects(gateways.value) : []),
    ...(service.ok && service.value.service ? [{ ...service.value.service, kind: 'Service' }] : []),
    ...(pods.ok ? pods.value.pods.map((object) => ({ ...object, kind: 'Pod' })) : []),
    ...(workloads.ok ? workloads.value.selected : []),
    ...(bindings.ok ? bindings.value : []),
  ];
  return route;
}

const keyOf = (kind: string, namespace = '', name = ''): string => `${kind}/${namespace}/${name}`;

/** An Event of an object of the same name that was there before has another uid. */
const isAbout = ({ regarding }: KubernetesEvent, { metadata }: KubernetesObject): boolean =>
  regarding.uid === undefined || metadata.uid === undefined || regarding.uid === metadata.uid;

/** Newest first. A message may quote what the probe of a container printed, so it is redacted. */
export async function eventsOf(
  reader: ClusterReader,
  objects: readonly KubernetesObject[],
): Promise<Lookup<readonly KubernetesEvent[]>> {
  const byKey = new Map(
    objects.map((object) => [
      keyOf(object.kind ?? '', object.metadata.namespace, object.metadata.name),
      object,
    ]),
  );
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const looks = await Promise.all(namespaces.map((namespace) => reader.list('Event', { namespace })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const events = looks
    .flatMap((look) => (look.ok ? look.value : []))
    .filter((event) => {
      const { kind, namespace, name } = event.regarding;
      const object = byKey.get(keyOf(kind, namespace, name));
      return object !== undefined && isAbout(event, object);
    });
  const shown = events.map((event) => ({ ...event, message: redact(withoutRequest(event.message)) }));
  return found(shown.sort((a, b) => byCodeUnit(b.time, a.time)));
}

export const readEvents: SlotReader<'events'> = async (context) => {
  const objects = await objectsOnRoute(context);
  return objects.length === 0 ? NOT_APPLICABLE : eventsOf(context.reader, objects);
};
