import { expect, it } from 'vitest';
import type { Change } from '../model/diagnosis.ts';
import { type Gathered, NOT_APPLICABLE, type Route } from '../model/evidence.ts';
import type {
  KubernetesEvent,
  KubernetesObject,
  ManagedFieldsEntry,
  Node,
  Service,
  Workload,
} from '../model/kubernetes.ts';
import { couldNotLook, found } from '../model/lookup.ts';
import { referenceTo } from '../model/reference.ts';
import { changesBefore } from './changes.ts';

const SINCE = '2026-01-02T12:00:00.500Z';

/** A time some minutes and seconds before noon. */
const before = (minutes: number, seconds = 0): string =>
  new Date(Date.parse('2026-01-02T12:00:00Z') - (minutes * 60 + seconds) * 1000).toISOString();

const edit = (manager: string, time: string, subresource?: string): ManagedFieldsEntry => ({
  manager,
  time,
  operation: 'Update',
  ...(subresource === undefined ? {} : { subresource }),
});

const service = (...managedFields: readonly ManagedFieldsEntry[]): Service => ({
  metadata: { namespace: 'demo', name: 'shop', managedFields },
  spec: {},
});

const deployment = (managedFields: readonly ManagedFieldsEntry[], more: object = {}): Workload => ({
  kind: 'Deployment',
  metadata: { namespace: 'demo', name: 'shop', managedFields, ...more },
  spec: {},
});

const replicaSet = (name: string, creationTimestamp: string, image: string): Workload => ({
  kind: 'ReplicaSet',
  metadata: {
    namespace: 'demo',
    name,
    creationTimestamp,
    managedFields: [edit('kube-controller-manager', creationTimestamp)],
    ownerReferences: [{ kind: 'Deployment', name: 'shop', controller: true }],
  },
  spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
});

function evidenceOf(
  objects: { service?: Service; workloads?: readonly Workload[]; nodes?: readonly Node[] },
  events: readonly KubernetesEvent[] = [],
): Route & Gathered {
  return {
    observation: NOT_APPLICABLE,
    request: NOT_APPLICABLE,
    home: found('demo'),
    ingress: NOT_APPLICABLE,
    httpRoute: NOT_APPLICABLE,
    gateways: NOT_APPLICABLE,
    service: found({
      reference: referenceTo({ kind: 'Service', name: 'shop' }, 'demo'),
      askedBy: referenceTo({ kind: 'StatusProbe', name: 'shop' }, 'demo'),
      otherServices: [],
      ...(objects.service && { service: objects.service }),
    }),
    endpoints: NOT_APPLICABLE,
    pods: NOT_APPLICABLE,
    workloads: found({ selected: objects.workloads ?? [], others: [] }),
    nodes: found(new Map((objects.nodes ?? []).map((node) => [node.metadata.name, node]))),
    events: found(events),
    networkPolicies: couldNotLook('Forbidden', 'may not list networkpolicies'),
  };
}

const words = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ time, subject, message, manager }) => `${time} ${subject.ref} ${message} (${manager})`);

it('tells what was edited within a quarter of an hour, latest first', () => {
  const changed = service(
    edit('kubectl-edit', before(1)),
    edit('helm', before(15, -1)),
    edit('argocd-controller', before(16)),
    edit('kubectl-client-side-apply', before(-1)),
    edit('cloud-controller-manager', before(2), 'status'),
  );
  expect(words(changesBefore(evidenceOf({ service: changed }), SINCE))).toEqual([
    `${before(1)} Service/shop changed (kubectl-edit)`,
    `${before(15, -1)} Service/shop changed (helm)`,
  ]);
});

it('tells a creation as one', () => {
  const object: KubernetesObject = service(edit('helm', before(3)));
  const created = { ...object, metadata: { ...object.metadata, creationTimestamp: before(3) } } as Service;
  expect(words(changesBefore(evidenceOf({ service: created }), SINCE))).toEqual([
    `${before(3)} Service/shop created (helm)`,
  ]);
});

it('tells a rollout by what is new in it and by whoever brought it about, in place of the edit', () => {
  const workloads = [
    deployment([edit('argocd-controller', before(2, 1)), edit('kube-controller-manager', before(1))]),
    replicaSet('shop-b', before(2), 'shop:1.1'),
    replicaSet('shop-a', before(90), 'shop:1.0'),
  ];
  expect(words(changesBefore(evidenceOf({ workloads }), SINCE))).toEqual([
    `${before(2)} Deployment/shop image of app: shop:1.0 → shop:1.1 (argocd-controller)`,
  ]);
});

it('tells a rollout that changes no image, and one that nobody is known for', () => {
  const workloads = [
    deployment([]),
    replicaSet('shop-b', before(2), 'shop:1.0'),
    replicaSet('shop-a', before(90), 'shop:1.0'),
  ];
  expect(words(changesBefore(evidenceOf({ workloads }), SINCE))).toEqual([
    `${before(2)} Deployment/shop new revision of its Pods (kube-controller-manager)`,
  ]);
});

it('tells who scaled, with the words of the Event', () => {
  const workloads = [deployment([edit('keda-operator', before(4), 'scale')])];
  const regarding = { kind: 'Deployment', namespace: 'demo', name: 'shop' };
  const message = 'Scaled down replica set shop-a from 2 to 0';
  const event = { type: 'Normal', reason: 'ScalingReplicaSet', message, time: before(4, -1), regarding };
  const told = (events: readonly KubernetesEvent[]) =>
    words(changesBefore(evidenceOf({ workloads }, events), SINCE));
  expect(told([event])).toEqual([`${before(4)} Deployment/shop ${message} (keda-operator)`]);
  expect(told([])).toEqual([`${before(4)} Deployment/shop scaled (keda-operator)`]);
});

it('tells of a node in trouble, and nothing of one that is well', () => {
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    lastTransitionTime: before(5),
  });
  const nodes = [
    condition('Ready', 'Unknown', 'NodeStatusUnknown'),
    condition('MemoryPressure', 'True', 'KubeletHasInsufficientMemory'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
  ];
  const node = { metadata: { name: 'node-1' }, spec: {}, status: { conditions: nodes } };
  expect(words(changesBefore(evidenceOf({ nodes: [node] }), SINCE))).toEqual([
    `${before(5)} Node/node-1 MemoryPressure: KubeletHasInsufficientMemory (kubelet)`,
    `${before(5)} Node/node-1 not ready: NodeStatusUnknown (kube-controller-manager)`,
  ]);
});

it('tells at most five', () => {
  const edits = [1, 2, 3, 4, 5, 6].map((minute) => edit(`manager-${minute}`, before(minute)));
  const changes = changesBefore(evidenceOf({ service: service(...edits) }), SINCE);
  expect(changes.map(({ manager }) => manager)).toEqual([1, 2, 3, 4, 5].map((minute) => `manager-${minute}`));
});
