import { expect, test } from 'vitest';
import type { OwnerReference, Workload } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { isTopOwnerPlain, topOwner } from './owners.ts';

const pod = (owner?: OwnerReference, labels: Record<string, string> = {}): Pod => ({
  metadata: { name: 'shop-1', labels, ...(owner && { ownerReferences: [owner] }) },
  spec: { containers: [] },
  status: {},
});
const object = (kind: string, name: string, owner?: OwnerReference): Workload => ({
  kind,
  metadata: { name, ...(owner && { ownerReferences: [owner] }) },
  spec: {},
});

const replicaSets = [
  object('ReplicaSet', 'rollout-1', { kind: 'Rollout', name: 'rollout', controller: true }),
  object('ReplicaSet', 'bare'),
];
const jobs = [object('Job', 'nightly-1', { kind: 'CronJob', name: 'nightly', controller: true })];

test.each([
  [
    'a Deployment, by the name of its ReplicaSet',
    pod({ kind: 'ReplicaSet', name: 'shop-5c7' }, { 'pod-template-hash': '5c7' }),
    'Deployment/shop',
    true,
  ],
  ['what owns the ReplicaSet', pod({ kind: 'ReplicaSet', name: 'rollout-1' }), 'Rollout/rollout', false],
  ['a ReplicaSet of its own', pod({ kind: 'ReplicaSet', name: 'bare' }), 'ReplicaSet/bare', false],
  ['a ReplicaSet that is gone', pod({ kind: 'ReplicaSet', name: 'gone-1' }), 'ReplicaSet/gone-1', false],
  ['a StatefulSet', pod({ kind: 'StatefulSet', name: 'db' }), 'StatefulSet/db', true],
  ['a DaemonSet', pod({ kind: 'DaemonSet', name: 'agent' }), 'DaemonSet/agent', true],
  ['the CronJob of a Job', pod({ kind: 'Job', name: 'nightly-1' }), 'CronJob/nightly', false],
  ['a Job of its own', pod({ kind: 'Job', name: 'once' }), 'Job/once', false],
  ['the Pod itself', pod(), 'Pod/shop-1', true],
  ['the Pod itself where a node owns it', pod({ kind: 'Node', name: 'node-1' }), 'Pod/shop-1', true],
])('%s', (_, owned, expected, plain) => {
  const { kind, name } = topOwner(owned, { replicaSets, jobs });
  expect(`${kind}/${name}`).toBe(expected);
  expect(isTopOwnerPlain(owned)).toBe(plain);
});

test('the controller goes before other owners', () => {
  const { metadata, ...rest } = pod();
  const ownerReferences = [
    { kind: 'Other', name: 'x' },
    { kind: 'StatefulSet', name: 'db', controller: true },
  ];
  expect(topOwner({ ...rest, metadata: { ...metadata, ownerReferences } }, { replicaSets, jobs })).toEqual({
    kind: 'StatefulSet',
    name: 'db',
  });
});
