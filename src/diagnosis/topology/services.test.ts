import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../model/kubernetes.ts';
import { endpointsBehind } from './endpoints.ts';
import { matchesLabels, matchesSelector } from './selectors.ts';
import { addressesOf, parseServiceHost } from './service-hosts.ts';
import { findServicePort } from './service-ports.ts';

const service = (spec: Service['spec'], status?: Service['status']): Service => ({
  metadata: { name: 'shop', namespace: 'shop' },
  spec,
  ...(status && { status }),
});

describe('selectors', () => {
  test.each([
    [{ app: 'shop' }, { app: 'shop', tier: 'web' }, true],
    [{ app: 'shop', tier: 'web' }, { app: 'shop' }, false],
    [{ app: 'shop' }, undefined, false],
    [{}, undefined, true],
  ])('%j on %j: %s', (selector, labels, taken) =>
    expect(matchesLabels(selector as never, labels)).toBe(taken),
  );

  test.each([
    ['In', ['a', 'b'], true],
    ['In', ['c'], false],
    ['NotIn', ['c'], true],
    ['NotIn', ['a'], false],
    ['Exists', undefined, true],
    ['DoesNotExist', undefined, false],
    ['Near', undefined, false],
  ])('app %s %j', (operator, values, taken) => {
    const matchExpressions = [{ key: 'app', operator, ...(values && { values }) }];
    expect(matchesSelector({ matchExpressions }, { app: 'a' })).toBe(taken);
    expect(matchesSelector({ matchLabels: { app: 'x' }, matchExpressions }, { app: 'a' })).toBe(false);
  });

  test('an absent label is not in any list', () => {
    const expression = (operator: string) => ({
      matchExpressions: [{ key: 'app', operator, values: ['a'] }],
    });
    expect(matchesSelector(expression('In'))).toBe(false);
    expect(matchesSelector(expression('NotIn'))).toBe(true);
    expect(matchesSelector({}, { any: 'thing' })).toBe(true);
  });
});

describe('hosts of Services', () => {
  test.each([
    ['shop', { namespace: 'home', name: 'shop', certain: true }],
    ['shop.prod', { namespace: 'prod', name: 'shop', certain: false }],
    ['shop.prod.svc', { namespace: 'prod', name: 'shop', certain: true }],
    ['shop.prod.svc.cluster.local', { namespace: 'prod', name: 'shop', certain: true }],
    ['Shop.prod.svc.cluster.local.', { namespace: 'prod', name: 'shop', certain: true }],
    ['shop-0.shop.prod.svc.cluster.local', { namespace: 'prod', name: 'shop', certain: true }],
    ['shop.prod.svc.other.domain', undefined],
    ['www.shop.example.com', undefined],
    ['localhost', undefined],
    ['10.96.0.1', undefined],
    ['fd00::1', undefined],
    ['', undefined],
    ['a_b', undefined],
  ])('%s', (host, expected) => expect(parseServiceHost(host, 'home')).toEqual(expected));

  test('another cluster domain', () => {
    const expected = { namespace: 'prod', name: 'shop', certain: true };
    expect(parseServiceHost('shop.prod.svc.k8s.lan', 'home', 'k8s.lan')).toEqual(expected);
  });

  test('addresses: of the cluster and of the load balancer', () => {
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }] } };
    const spec = { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'fd00::1'] };
    expect(addressesOf(service(spec, status))).toEqual([
      '10.96.0.1',
      '10.96.0.1',
      'fd00::1',
      '192.0.2.1',
      'lb.example.com',
    ]);
    expect(addressesOf(service({ clusterIP: 'None', clusterIPs: ['None'] }))).toEqual([]);
  });
});

describe('ports', () => {
  const ports = [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'admin', port: 8080, targetPort: 'admin' },
  ];

  test.each<[Service['spec'], number | string, string | undefined]>([
    [{ ports }, 80, 'http'],
    [{ ports }, 'admin', 'admin'],
    [{ ports }, 8080, 'admin'],
    [{ ports }, 'https', undefined],
    [{ ports }, '80', undefined],
    [{ ports: [{ name: 'http', port: 80, targetPort: 3000 }] }, 3000, undefined],
    [{ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 3000 }] }, 3000, 'http'],
    [{}, 80, undefined],
  ])('%j asked for %s: %s', (spec, asked, name) =>
    expect(findServicePort(service(spec), asked)?.name).toBe(name),
  );
});

describe('endpoints', () => {
  const slice = (rest: Partial<EndpointSlice>): EndpointSlice => ({
    metadata: { name: 'shop-1' },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    ...rest,
  });
  const at = (address: string, podName?: string, conditions?: object) => ({
    addresses: [address],
    ...(podName === undefined ? {} : { targetRef: { kind: 'Pod', name: podName } }),
    ...(conditions && { conditions }),
  });
  const http = { name: 'http', port: 80 };

  test('of all slices, by address, unset conditions as Kubernetes reads them', () => {
    const slices = [
      slice({ endpoints: [at('10.0.0.2', 'b', { ready: false, serving: true, terminating: true })] }),
      slice({ endpoints: [at('10.0.0.1', 'a'), at('10.0.0.3', 'c', { ready: false })] }),
      slice({ endpoints: null }),
      slice({}),
    ];
    expect(endpointsBehind(service({ clusterIP: '10.96.0.1' }), http, slices)).toEqual([
      { address: '10.0.0.1', port: 8080, ready: true, serving: true, terminating: false, podName: 'a' },
      { address: '10.0.0.2', port: 8080, ready: false, serving: true, terminating: true, podName: 'b' },
      { address: '10.0.0.3', port: 8080, ready: false, serving: false, terminating: false, podName: 'c' },
    ]);
  });

  test('each Pod of a dual-stack Service once, by the first family of the Service', () => {
    const slices = [
      slice({ endpoints: [at('10.0.0.1', 'a')] }),
      slice({ addressType: 'IPv6', endpoints: [at('fd00::1', 'a')] }),
    ];
    const addresses = (clusterIPs: readonly string[]) =>
      endpointsBehind(service({ clusterIPs }), http, slices).map(({ address }) => address);
    expect(addresses(['10.96.0.1', 'fd00::9'])).toEqual(['10.0.0.1']);
    expect(addresses(['fd00::9', '10.96.0.1'])).toEqual(['fd00::1']);
  });

  test('an endpoint of a slice without the port has none, unless another slice has it', () => {
    const slices = [
      slice({
        ports: [{ name: 'admin', port: 9000 }],
        endpoints: [at('10.0.0.1', 'a'), at('10.0.0.2', 'b')],
      }),
      slice({ endpoints: [at('10.0.0.2', 'b')] }),
    ];
    const ports = endpointsBehind(service({}), http, slices).map(({ address, port }) => [address, port]);
    expect(ports).toEqual([
      ['10.0.0.1', undefined],
      ['10.0.0.2', 8080],
    ]);
  });

  test('an unnamed port is the empty name', () => {
    const slices = [slice({ ports: [{ name: '', port: 8080 }], endpoints: [at('10.0.0.1')] })];
    expect(endpointsBehind(service({}), { port: 80 }, slices)).toMatchObject([{ port: 8080 }]);
  });
});
