import { expect, it } from 'vitest';
import type { NetworkPolicy } from '../model/network-policy.ts';
import type { Pod } from '../model/pod.ts';
import { blockingPolicies, type Flow, policyTypes } from './network-policies.ts';

const pod = (namespace: string, name: string, ip: string, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { namespace, name, labels: { app: name } },
  spec: { containers: [{ name: 'main', ports: [{ name: 'web', containerPort: 8080 }] }], ...spec },
  status: { podIP: ip },
});

const policy = (spec: NetworkPolicy['spec'], name = 'policy', namespace = 'demo'): NetworkPolicy => ({
  metadata: { name, namespace },
  spec,
});

const flow: Flow = {
  from: pod('edge', 'proxy', 'fd00::1:5'),
  to: pod('demo', 'shop', '10.1.0.11'),
  port: 8080,
  protocol: 'TCP',
};

const namespaceLabels = new Map([
  ['demo', {}],
  ['edge', { role: 'edge' }],
]);

const blocked = (policies: readonly NetworkPolicy[], more: Partial<Flow> = {}): readonly string[] =>
  blockingPolicies({ ...flow, ...more }, 'Ingress', { policies, namespaceLabels }).map(
    ({ metadata }) => metadata.name,
  );

const admits = (rule: NonNullable<NetworkPolicy['spec']['ingress']>[number], more?: Partial<Flow>) =>
  blocked([policy({ ingress: [rule] })], more).length === 0;

it.each([
  [{}, ['Ingress']],
  [{ egress: [] }, ['Ingress']],
  [{ egress: [{}] }, ['Ingress', 'Egress']],
  [{ policyTypes: ['Egress'] }, ['Egress']],
])('types of %j', (spec, expected) => {
  expect(policyTypes(policy(spec))).toEqual(expected);
});

it.each([
  ['a rule for everybody', {}, true],
  ['an empty list of peers', { from: [] }, true],
  ['every Pod of the own namespace', { from: [{ podSelector: {} }] }, false],
  ['every namespace', { from: [{ namespaceSelector: {} }] }, true],
  ['the namespace by the name that Kubernetes writes', { from: [named('edge')] }, true],
  ['another namespace', { from: [named('demo')] }, false],
  [
    'both selectors, one of which does not match',
    { from: [{ ...named('edge'), podSelector: app('x') }] },
    false,
  ],
  ['one of two peers', { from: [{ podSelector: app('x') }, named('edge')] }, true],
  ['the address', { from: [{ ipBlock: { cidr: 'fd00::/16' } }] }, true],
  [
    'the address, but for a part',
    { from: [{ ipBlock: { cidr: 'fd00::/16', except: ['fd00::1:0/112'] } }] },
    false,
  ],
  ['an address of the other family', { from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }, false],
  ['the port by its name at the Pod that is asked', { ports: [{ port: 'web' }] }, true],
  ['a name that the Pod does not have', { ports: [{ port: 'metrics' }] }, false],
  ['a range that ends before', { ports: [{ port: 8000, endPort: 8079 }] }, false],
  ['a range that ends there', { ports: [{ port: 8000, endPort: 8080 }] }, true],
  ['every port of the protocol', { ports: [{ protocol: 'TCP' }] }, true],
  ['every port of another protocol', { ports: [{ protocol: 'UDP' }] }, false],
])('%s', (_, rule, expected) => {
  expect(admits(rule)).toBe(expected);
});

function named(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

function app(name: string) {
  return { matchLabels: { app: name } };
}

it('a sender whom nobody knows may be any peer, and still has no other port', () => {
  const unknown = { from: undefined } as unknown as Partial<Flow>;
  expect(admits({ from: [named('other')] }, unknown)).toBe(true);
  expect(admits({ ports: [{ port: 9090 }] }, unknown)).toBe(false);
  expect(blocked([policy({})], unknown)).toEqual(['policy']);
});

it('a sender outside the cluster is no peer of selectors, and may be in any block of addresses', () => {
  const outside = { from: undefined, isFromOutside: true } as unknown as Partial<Flow>;
  expect(admits({ from: [{ namespaceSelector: {} }] }, outside)).toBe(false);
  expect(admits({ from: [{ ipBlock: { cidr: '10.0.0.0/16' } }] }, outside)).toBe(true);
  expect(admits({}, outside)).toBe(true);
});

it('a namespace that was not seen may carry any labels but another name', () => {
  const from = pod('unseen', 'proxy', '10.1.0.5');
  expect(admits({ from: [{ namespaceSelector: { matchLabels: { role: 'edge' } } }] }, { from })).toBe(true);
  expect(admits({ from: [named('edge')] }, { from })).toBe(false);
});

it('the policy that was meant to admit the flow comes first, and one that speaks of something else last', () => {
  const policies = [
    policy(
      { ingress: [{ from: [{ podSelector: app('prometheus') }], ports: [{ port: 9090 }] }] },
      'a-metrics',
    ),
    policy({}, 'b-deny'),
    policy({ ingress: [{ from: [named('edge')], ports: [{ port: 80 }] }] }, 'c-meant'),
  ];
  expect(blocked(policies)).toEqual(['c-meant', 'b-deny', 'a-metrics']);
});

it('policies of other Pods, of other namespaces and of the other direction take nobody', () => {
  expect(blocked([policy({ podSelector: app('cart') })])).toEqual([]);
  expect(blocked([policy({}, 'policy', 'edge')])).toEqual([]);
  expect(blocked([policy({ policyTypes: ['Egress'] })])).toEqual([]);
});

it('a Pod in the network of its node is out of their reach', () => {
  expect(blocked([policy({})], { to: pod('demo', 'shop', '10.0.0.1', { hostNetwork: true }) })).toEqual([]);
});
