import { describe, expect, it } from 'vitest';
import { createObjectsReader } from '../evidence/cluster/objects.ts';
import { NO_POLICY, policyFor } from '../operator/policy.ts';
import { createGuards } from './guards.ts';

const service = (namespace: string, name: string, clusterIP: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 443 }] },
});

const CLUSTER = [
  service('default', 'kubernetes', '10.96.0.1'),
  service('shop', 'web', '10.96.0.7'),
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'default',
      name: 'kubernetes',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.168.0.4'] }],
    ports: [{ port: 6443 }],
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'shop', name: 'web' },
    spec: {},
    status: { loadBalancer: { ingress: [{ ip: '192.168.0.4' }] } },
  },
];

const POLICY = policyFor(NO_POLICY, {});

async function guardOf(
  namespace: string,
  { allowCIDRs = [] as string[], ownHost = undefined as string | undefined } = {},
) {
  const guards = createGuards({
    reader: () => createObjectsReader(CLUSTER),
    clusterCIDRs: [],
    apiServerHosts: ['203.0.113.9'],
    now: () => 0,
  });
  return guards(namespace, { ...POLICY, allowCIDRs }, ownHost);
}

const rule = (decision: ReturnType<Awaited<ReturnType<typeof guardOf>>['check']>) =>
  decision.allowed ? 'allowed' : decision.rule;

describe('a probe may ask', () => {
  it('what its namespace owns, and no other private address', async () => {
    const guard = await guardOf('shop');
    expect(rule(guard.check('10.96.0.7', 80, 'target', 'web.shop.svc'))).toBe('allowed');
    expect(rule(guard.check('10.96.0.8', 80, 'target', 'web.other.svc'))).toBe('PrivateAddress');
    expect(rule((await guardOf('other')).check('10.96.0.7', 80, 'target', 'web.shop.svc'))).toBe(
      'PrivateAddress',
    );
  });

  it('a node on the ports of its Ingress, and not the API server beside it', async () => {
    const guard = await guardOf('shop', { allowCIDRs: ['192.168.0.0/16'] });
    expect(rule(guard.check('192.168.0.4', 443, 'target', 'shop.test'))).toBe('allowed');
    expect(rule(guard.check('192.168.0.4', 6443, 'target', 'shop.test'))).toBe('APIServer');
    expect(rule(guard.check('::ffff:192.168.0.4', 6443, 'target', 'shop.test'))).toBe('APIServer');
    expect(rule(guard.check('192.168.0.4', 443, 'target', 'shop.test'))).toBe('allowed');
  });

  it('never the API server by its Service or its public address', async () => {
    const guard = await guardOf('default');
    expect(rule(guard.check('10.96.0.1', 443, 'target', 'kubernetes.default.svc'))).toBe('APIServer');
    expect(rule(guard.check('203.0.113.9', 443, 'target', 'api.test'))).toBe('APIServer');
  });

  it('where an object of its namespace says, and only to connect there', async () => {
    const guard = await guardOf('shop', { ownHost: 'internal.lb.test' });
    expect(rule(guard.check('10.1.2.3', 443, 'redirect', 'internal.lb.test'))).toBe('PrivateAddress');
    expect(rule(guard.check('10.1.2.3', 443, 'connectTo', 'other.lb.test'))).toBe('PrivateAddress');
    expect(rule(guard.check('10.1.2.3', 443, 'connectTo', 'internal.lb.test'))).toBe('allowed');
    expect(rule(guard.check('169.254.169.254', 80, 'connectTo', 'internal.lb.test'))).toBe('CloudMetadata');
  });
});
