import { byCodeUnit } from '../model/code-unit.ts';
import type { Change } from '../model/diagnosis.ts';
import type { Gathered, Route, Slot, SlotName } from '../model/evidence.ts';
import type {
  KubernetesEvent,
  KubernetesObject,
  ManagedFieldsEntry,
  Node,
  Workload,
} from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';

/** What changes are read from, beside what checks need. */
export const CHANGE_SLOTS = [
  'workloads',
  'autoscalers',
  'networkPolicies',
  'nodes',
  'events',
] as const satisfies readonly SlotName[];

const WINDOW_MILLISECONDS = 15 * 60_000;
const MAXIMUM = 5;

/** Times of one deed lie this near to each other. */
const SAME_DEED_MILLISECONDS = 10_000;

/** Writes annotations and new revisions that follow from what others change; what it scales stands apart. */
const KUBERNETES = 'kube-controller-manager';

type Deed = Pick<Change, 'time' | 'message' | 'manager'>;

const seen = <T>(slot: Slot<T> | undefined): T | undefined => (slot?.ok ? slot.value : undefined);

const millisecondsBetween = (a: string, b: string): number => Math.abs(Date.parse(a) - Date.parse(b));

const isSameDeed = (a: string, b: string): boolean => millisecondsBetween(a, b) <= SAME_DEED_MILLISECONDS;

/** Entries that tell of a change of the object itself, not of its status. */
const editsOf = ({
  metadata,
}: KubernetesObject): readonly (ManagedFieldsEntry & { readonly time: string })[] =>
  (metadata.managedFields ?? []).flatMap(({ time, ...entry }) => {
    const { subresource, manager } = entry;
    const isOwn = subresource === 'scale' || (subresource === undefined && manager !== KUBERNETES);
    return time !== undefined && isOwn ? [{ ...entry, time }] : [];
  });

function deedsOn(object: KubernetesObject, events: readonly KubernetesEvent[]): readonly Deed[] {
  const { creationTimestamp: created, name, namespace } = object.metadata;
  return editsOf(object).map(({ time, manager = 'unknown', subresource }) => {
    const scaling = events.find(
      ({ reason, regarding, time: at }) =>
        reason === 'ScalingReplicaSet' &&
        regarding.kind === object.kind &&
        regarding.name === name &&
        regarding.namespace === namespace &&
        isSameDeed(at, time),
    );
    const edited = created !== undefined && isSameDeed(created, time) ? 'created' : 'changed';
    const message = subresource === 'scale' ? (scaling?.message ?? 'scaled') : edited;
    return { time, manager, message };
  });
}

const imagesOf = ({ spec }: Workload): ReadonlyMap<string, string> =>
  new Map((spec.template?.spec?.containers ?? []).map(({ name, image = '' }) => [name, image]));

/** `image of app: shop:1.0 → shop:1.1`; otherwise something else of the Pods' template is new. */
function difference(newer: Workload, older: Workload | undefined): string {
  const before = older === undefined ? new Map<string, string>() : imagesOf(older);
  const images = [...imagesOf(newer)].flatMap(([container, image]) => {
    const previous = before.get(container);
    return previous === undefined || previous === image
      ? []
      : [`image of ${container}: ${previous} → ${image}`];
  });
  return images.length === 0 ? 'new revision of its Pods' : images.join(', ');
}

const createdAt = ({ metadata }: KubernetesObject): string => metadata.creationTimestamp ?? '';

/** A Deployment's new ReplicaSets, in place of the edits that brought them about and tell less. */
function rollouts(deployment: Workload, deeds: readonly Deed[], all: readonly Workload[]): readonly Deed[] {
  const own = all
    .filter(({ kind, metadata: { namespace, ownerReferences = [] } }) => {
      const isOwned = ownerReferences.some(({ name }) => name === deployment.metadata.name);
      return kind === 'ReplicaSet' && isOwned && namespace === deployment.metadata.namespace;
    })
    .sort((a, b) => byCodeUnit(createdAt(a), createdAt(b)));
  const revisions = own.slice(1).map((newer, index) => {
    const time = createdAt(newer);
    const cause = deeds.find((deed) => isSameDeed(deed.time, time));
    return { time, manager: cause?.manager ?? KUBERNETES, message: difference(newer, own[index]) };
  });
  const others = deeds.filter(({ time, message }) => {
    const isEdit = message === 'changed';
    return !isEdit || !revisions.some((revision) => isSameDeed(revision.time, time));
  });
  return [...revisions, ...others];
}

/** The kubelet says that its node is in trouble; that it says nothing any more, Kubernetes. */
const nodeDeeds = ({ status }: Node): readonly Deed[] =>
  (status?.conditions ?? []).flatMap(({ type, status: state, reason = '', lastTransitionTime: time }) => {
    const isBad = type === 'Ready' ? state !== 'True' : state === 'True';
    if (!isBad || time === undefined) return [];
    const message = type === 'Ready' ? `not ready: ${reason}` : `${type}: ${reason}`;
    return [{ time, manager: state === 'Unknown' ? KUBERNETES : 'kubelet', message }];
  });

type Evidence = Route & Gathered;

interface Edited {
  readonly kind: string;
  readonly object: KubernetesObject;
}

const ofKind = (kind: string, objects: readonly (KubernetesObject | undefined)[]): readonly Edited[] =>
  objects.flatMap((object) => (object === undefined ? [] : [{ kind, object: { ...object, kind } }]));

const plainObjects = (evidence: Evidence): readonly Edited[] => {
  const ingress = seen(evidence.ingress);
  return [
    ...ofKind(
      'Ingress',
      ingress?.match === undefined ? (ingress?.candidates ?? []) : [ingress.match.ingress],
    ),
    ...ofKind('HTTPRoute', [seen(evidence.httpRoute)?.match?.route]),
    ...ofKind('Gateway', [seen(evidence.gateways)?.asked?.gateway]),
    ...ofKind('Service', [seen(evidence.service)?.service]),
    ...ofKind('HorizontalPodAutoscaler', seen(evidence.autoscalers) ?? []),
    ...ofKind('NetworkPolicy', seen(evidence.networkPolicies)?.policies ?? []),
  ];
};

function allChanges(evidence: Evidence): readonly Change[] {
  const home = seen(evidence.home) ?? '';
  const events = seen(evidence.events) ?? [];
  const workloads = seen(evidence.workloads)?.selected ?? [];
  const named = ({ kind, object }: Edited, deeds: readonly Deed[]): readonly Change[] =>
    deeds.map((deed) => ({ ...deed, subject: referenceTo({ ...object.metadata, kind }, home) }));
  const topMost = workloads.filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
  return [
    ...plainObjects(evidence).flatMap((each) => named(each, deedsOn(each.object, events))),
    ...topMost.flatMap((object) =>
      named({ kind: object.kind, object }, rollouts(object, deedsOn(object, events), workloads)),
    ),
    ...[...(seen(evidence.nodes)?.values() ?? [])].flatMap((object) =>
      named({ kind: 'Node', object }, nodeDeeds(object)),
    ),
  ];
}

const isBefore = ({ time }: Change, since: string): boolean => {
  const age = Date.parse(since) - Date.parse(time);
  return age >= 0 && age <= WINDOW_MILLISECONDS;
};

const wordsOf = ({ subject, message, manager }: Change): string => `${subject.ref} ${message} ${manager}`;

/** What changed on the request's way shortly before `since` (RFC 3339), latest first: evidence, and never a cause by itself. */
export const changesBefore = (evidence: Evidence, since: string): readonly Change[] =>
  allChanges(evidence)
    .filter((change) => isBefore(change, since))
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time) || byCodeUnit(wordsOf(a), wordsOf(b)))
    .slice(0, MAXIMUM);
