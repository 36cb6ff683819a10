import { expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../model/kubernetes.ts';
import { workloadReplicas } from './workload-replicas.ts';

const TIME = '2026-01-01T00:00:00Z';

const evidenceWith = (entry: ManagedFieldsEntry): readonly string[] => {
  const deployment = {
    kind: 'Deployment',
    metadata: { namespace: 'demo', name: 'shop', managedFields: [{ time: TIME, ...entry }] },
    spec: { replicas: 0 },
  };
  const findings = workloadReplicas.run({
    home: 'demo',
    pods: { pods: [], ownerOf: new Map() },
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
  expect(evidenceWith({ manager, subresource: 'scale' })).toEqual([`${expected} at ${TIME}`]);
});

it('says nothing of who changed something else', () => {
  expect(evidenceWith({ manager: 'kubectl' })).toEqual([]);
});
