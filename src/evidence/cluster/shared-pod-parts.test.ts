import { expect, it } from 'vitest';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { createPodPartSharing } from './shared-pod-parts.ts';

const podOf = (name: string, image: string): Pod => ({
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    labels: { app: 'web' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'u', controller: true },
    ],
  },
  spec: { containers: [{ name: 'web', image }], nodeName: `node-of-${name}` },
  status: { phase: 'Running' },
});

it('Pods of one workload share what is equal, and nothing else of them changes', () => {
  const share = createPodPartSharing();
  const [a, b, c] = [podOf('a', 'web:1'), podOf('b', 'web:1'), podOf('c', 'web:2')].map(share) as [
    Pod,
    Pod,
    Pod,
  ];
  expect([a, b, c]).toEqual([podOf('a', 'web:1'), podOf('b', 'web:1'), podOf('c', 'web:2')]);
  expect(b.spec.containers).toBe(a.spec.containers);
  expect(c.spec.containers).not.toBe(a.spec.containers);
  expect(c.metadata.labels).toBe(a.metadata.labels);
  expect(c.metadata.ownerReferences).toBe(a.metadata.ownerReferences);
});
