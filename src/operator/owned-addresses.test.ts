import { expect, it } from 'vitest';
import type { KubernetesObject } from '../diagnosis/model/kubernetes.ts';
import { couldNotLook, found } from '../diagnosis/model/lookup.ts';
import type { Pod } from '../diagnosis/model/pod.ts';
import { type NamespaceReader, ownedAddresses } from './owned-addresses.ts';

const metadata = { namespace: 'shop', name: 'web' };

const OBJECTS: Readonly<Record<string, readonly unknown[]>> = {
  Service: [
    {
      metadata,
      spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::7'], ports: [{ port: 80 }] },
    },
    { metadata, spec: { clusterIP: 'None' } },
    {
      metadata,
      spec: { ports: [{ port: 443 }, { port: 8443 }] },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.test' }] } },
    },
  ],
  Pod: [
    { metadata, spec: { containers: [] }, status: { podIP: '10.244.0.5', podIPs: [{ ip: '10.244.0.5' }] } },
    { metadata, spec: { containers: [] }, status: {} },
    {
      metadata,
      spec: { hostNetwork: true, containers: [{ name: 'a', ports: [{ containerPort: 8080 }] }] },
      status: { podIP: '192.168.0.4' },
    } as unknown as Pod,
  ],
  Ingress: [
    { metadata, spec: {}, status: { loadBalancer: { ingress: [{ ip: '192.168.0.4' }, { ip: 'fd00::4' }] } } },
  ],
};

const reader = (objects: typeof OBJECTS): NamespaceReader => ({
  list: async (kind, { namespace }) => found((namespace === 'shop' ? (objects[kind] ?? []) : []) as never),
});

it('are those of Services and Pods, and of load balancers and nodes by port alone', async () => {
  expect([...(await ownedAddresses('shop', reader(OBJECTS)))].sort()).toEqual([
    '10.244.0.5',
    '10.96.0.7',
    '192.0.2.1:443',
    '192.0.2.1:8443',
    '192.168.0.4:443',
    '192.168.0.4:80',
    '192.168.0.4:8080',
    '[fd00::4]:443',
    '[fd00::4]:80',
    'fd00::7',
  ]);
});

const accepted = (name: string, status: string, namespace?: string) => ({
  parentRef: { name, ...(namespace && { namespace }) },
  conditions: [{ type: 'Accepted', status }],
});
const gateway = (namespace: string, name: string, address: string, addresses: readonly object[] = []) => ({
  metadata: { namespace, name },
  spec: { gatewayClassName: 'edge', listeners: [{ name: 'admin', port: 6443, protocol: 'HTTP' }], addresses },
  status: { addresses: [{ value: address }, { value: 'lb.test' }] },
});

it('are those of Gateways that take in a route, by port alone, and none that a Gateway only asks for', async () => {
  const parents = [
    accepted('public', 'True', 'infra'),
    accepted('closed', 'False', 'infra'),
    accepted('asking', 'True'),
  ];
  const objects: Readonly<Record<string, readonly KubernetesObject[]>> = {
    'HTTPRoute shop': [{ metadata, spec: {}, status: { parents } } as KubernetesObject],
    'Gateway infra': [gateway('infra', 'public', '192.168.0.5'), gateway('infra', 'closed', '192.168.0.6')],
    'Gateway shop': [gateway('shop', 'asking', '169.254.169.254', [{ value: '169.254.169.254' }])],
  };
  const reads: NamespaceReader = {
    list: async (kind, { namespace }) => found((objects[`${kind} ${namespace}`] ?? []) as never),
  };
  expect([...(await ownedAddresses('shop', reads))].sort()).toEqual(['192.168.0.5:443', '192.168.0.5:80']);
});

it('are none of another namespace, and none where nobody could look', async () => {
  expect(await ownedAddresses('other', reader(OBJECTS))).toEqual(new Set());
  const forbidden: NamespaceReader = { list: async () => couldNotLook('Forbidden', 'no') };
  expect(await ownedAddresses('shop', forbidden)).toEqual(new Set());
});
