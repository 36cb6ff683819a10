import { expect, it } from 'vitest';
import type { KubernetesEvent, ManagedFieldsEntry } from '../model/kubernetes.ts';
import { workloadReplicas } from './workload-replicas.ts';

const TIME = '2026-01-01T00:00:00Z';

const evidenceWith = (
  entries: readonly ManagedFieldsEntry[],
  events: readonly KubernetesEvent[] = [],
): readonly string[] => {
  const deployment = {
    kind: 'Deployment',
    metadata: {
      namespace: 'demo',
      name: 'shop',
      managedFields: entries.map((entry) => ({ time: TIME, ...entry })),
    },
    spec: { replicas: 0 },
  };
  const findings = workloadReplicas.run({
    home: 'demo',
    pods: { pods: [], ownerOf: new Map() },
    events,
    workloads: { selected: [deployment], others: [] },
  });
  return findings.flatMap(({ evidence }) => evidence);
};

it.each([
  ['keda', 'scaled by KEDA (keda)'],
  ['keda-operator', 'scaled by KEDA (keda-operator)'],
  ['kube-controller-manager', 'scaled by a HorizontalPodAutoscaler (kube-controller-manager)'],
  ['kubectl', 'scaled by kubectl'],
])('says of %s who it was that scaled to 0', (manager, expected) => {
  expect(evidenceWith([{ manager, subresource: 'scale' }])).toEqual([`${expected} at ${TIME}`]);
});

it('says nothing of who changed something else', () => {
  expect(evidenceWith([{ manager: 'kubectl' }])).toEqual([]);
});

const scalingTo = (replicas: number): KubernetesEvent => ({
  type: 'Normal',
  reason: 'ScalingReplicaSet',
  message: `Scaled down replica set shop-6d4f8b9c7d from 3 to ${replicas}`,
  time: '2026-01-01T00:00:02Z',
  regarding: { kind: 'Deployment', namespace: 'demo', name: 'shop' },
});

it.each([
  ['an edit at the time of the Event', [{ manager: 'kubectl-edit' }], 'kubectl-edit', TIME],
  [
    'an edit rather than an autoscaler of before',
    [{ manager: 'keda-operator', subresource: 'scale', time: '2025-12-31T00:00:00Z' }, { manager: 'argocd' }],
    'argocd',
    TIME,
  ],
  [
    'the last who scaled, where nobody else wrote then',
    [
      { manager: 'kubectl', subresource: 'scale', time: '2025-12-31T00:00:00Z' },
      { manager: 'flux', subresource: 'scale', time: '2025-12-31T12:00:00Z' },
      { manager: 'helm', time: '2025-12-30T12:00:00Z' },
    ],
    'flux',
    '2025-12-31T12:00:00Z',
  ],
])('takes %s', (_, entries, who, time) => {
  expect(evidenceWith(entries, [scalingTo(0)])).toEqual([`scaled by ${who} at ${time}`]);
});

it('takes no edit for what did not scale to 0', () => {
  expect(evidenceWith([{ manager: 'kubectl-edit' }], [scalingTo(2)])).toEqual([]);
});
