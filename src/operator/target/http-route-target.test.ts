import { describe, expect, it } from 'vitest';
import { clusterOf, type Objects } from '../../../test/support/target-cluster.ts';
import type { Gateway, GatewayListener, HTTPRoute, ListenerSet } from '../../diagnosis/model/gateway-api.ts';
import type { Service } from '../../diagnosis/model/kubernetes.ts';
import { couldNotLook } from '../../diagnosis/model/lookup.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { resolveTarget } from './resolve-target.ts';
import type { TargetReader } from './resolved-target.ts';

const HTTP: GatewayListener = { name: 'http', port: 80, protocol: 'HTTP' };
const HTTPS: GatewayListener = { name: 'https', port: 443, protocol: 'HTTPS' };

const gateway = (
  listeners: readonly GatewayListener[] = [HTTP],
  addresses: readonly string[] = ['192.0.2.7'],
  spec: Partial<Gateway['spec']> = {},
): Gateway => ({
  metadata: { namespace: 'infra', name: 'web' },
  spec: { gatewayClassName: 'edge', listeners, ...spec },
  status: { addresses: addresses.map((value) => ({ value })) },
});

const route = (spec: Partial<HTTPRoute['spec']> = {}): HTTPRoute => ({
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    parentRefs: [{ name: 'web', namespace: 'infra' }],
    hostnames: ['*.shop.test', 'www.shop.test'],
    rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/cart' } }] }],
    ...spec,
  },
});

const target = (overrides: Partial<Extract<Target, { kind: 'Ingress' | 'HTTPRoute' }>> = {}): Target => ({
  kind: 'HTTPRoute',
  namespace: 'shop',
  name: 'web',
  ...overrides,
});

const resolve = (objects: Objects, wanted = target()) => resolveTarget(wanted, clusterOf(objects));

const at = (url: string, host = '192.0.2.7') => ({
  kind: 'Found',
  url,
  connectTo: { host },
  isAskedFor: false,
});

describe('an HTTPRoute', () => {
  it.each<[string, Gateway, Target, string]>([
    ['for its first host and path', gateway(), target(), 'http://www.shop.test/cart'],
    [
      'as the target says',
      gateway(),
      target({ host: 'a.shop.test', path: '/x?y=1', port: 8080 }),
      'http://a.shop.test:8080/x?y=1',
    ],
    ['with TLS where a listener has it', gateway([HTTP, HTTPS]), target(), 'https://www.shop.test/cart'],
    [
      'without TLS where the listener that has it is for another host',
      gateway([HTTP, { ...HTTPS, hostname: 'other.test' }]),
      target(),
      'http://www.shop.test/cart',
    ],
    [
      'with the scheme that the target says',
      gateway([HTTP, HTTPS]),
      target({ scheme: 'HTTP' }),
      'http://www.shop.test/cart',
    ],
    [
      'through the listener that the target names',
      gateway([HTTPS, { ...HTTP, name: 'inside', port: 8080 }]),
      target({ sectionName: 'inside' }),
      'http://www.shop.test:8080/cart',
    ],
  ])('is asked at the address of its Gateway %s', async (_, object, wanted, url) => {
    expect(await resolve({ HTTPRoute: [route()], Gateway: [object] }, wanted)).toEqual(at(url));
  });

  it('is asked through the listener that has accepted it', async () => {
    const parentRefs = ['https', 'http'].map((sectionName) => ({
      name: 'web',
      namespace: 'infra',
      sectionName,
    }));
    const parents = parentRefs.map((parentRef) => ({
      parentRef,
      conditions: [{ type: 'Accepted', status: parentRef.sectionName === 'http' ? 'True' : 'False' }],
    }));
    const accepted = { ...route({ parentRefs }), status: { parents } };
    expect(await resolve({ HTTPRoute: [accepted], Gateway: [gateway([HTTP, HTTPS])] })).toEqual(
      at('http://www.shop.test/cart'),
    );
  });

  it('without host names is asked for that of its listener, else by address', async () => {
    const open = route({ hostnames: [] });
    const named = gateway([{ ...HTTP, hostname: 'any.test' }]);
    expect(await resolve({ HTTPRoute: [open], Gateway: [named] })).toEqual(at('http://any.test/cart'));
    expect(await resolve({ HTTPRoute: [open], Gateway: [gateway()] })).toEqual(at('http://192.0.2.7/cart'));
  });

  it('needs to be told a host where it has wildcards alone', async () => {
    const objects = { HTTPRoute: [route({ hostnames: ['*.shop.test'] })], Gateway: [gateway()] };
    expect(await resolve(objects)).toEqual({
      kind: 'Invalid',
      message:
        'spec.target.httpRouteRef.host must be given, because HTTPRoute web has no host without wildcard.',
    });
  });

  it('is asked through a ListenerSet at the address of its Gateway', async () => {
    const parentRefs = [{ kind: 'ListenerSet', name: 'extra' }];
    const set: ListenerSet = {
      metadata: { namespace: 'shop', name: 'extra' },
      spec: {
        parentRef: { name: 'web', namespace: 'infra' },
        listeners: [{ name: 'extra', port: 8443, protocol: 'HTTPS' }],
      },
    };
    const objects = { HTTPRoute: [route({ parentRefs })], ListenerSet: [set], Gateway: [gateway()] };
    expect(await resolve(objects)).toEqual(at('https://www.shop.test:8443/cart'));
    expect(await resolve({ ...objects, ListenerSet: [] })).toMatchObject({
      message: 'ListenerSet extra of HTTPRoute web does not exist.',
    });
  });

  it('is asked at the Service of a Gateway that publishes no address', async () => {
    const service: Service = {
      metadata: {
        namespace: 'infra',
        name: 'edge-web',
        labels: { 'gateway.networking.k8s.io/gateway-name': 'web' },
      },
      spec: { clusterIP: '10.96.0.9' },
    };
    const objects = { HTTPRoute: [route()], Gateway: [gateway([HTTP], [])], Service: [service] };
    expect(await resolve(objects)).toEqual(at('http://www.shop.test/cart', '10.96.0.9'));
  });

  it('tells an address that its owner asked for from one that the cluster gave', async () => {
    const asking = gateway([HTTP], ['169.254.169.254'], { addresses: [{ value: '169.254.169.254' }] });
    expect(await resolve({ HTTPRoute: [route()], Gateway: [asking] })).toMatchObject({ isAskedFor: true });
  });

  it.each<[string, Objects, string]>([
    ['names no Gateway', { HTTPRoute: [route({ parentRefs: [] })] }, 'HTTPRoute web names no Gateway.'],
    [
      'names a Gateway that does not exist',
      { HTTPRoute: [route()] },
      'Gateway web of HTTPRoute web does not exist.',
    ],
    [
      'is of a Gateway without address',
      { HTTPRoute: [route()], Gateway: [gateway([HTTP], [])] },
      'Gateway web of HTTPRoute web has no address.',
    ],
  ])('that %s has no address', async (_, objects, message) => {
    const missing = await resolve(objects);
    expect(missing).toEqual({
      kind: 'Missing',
      reason: 'NoAddress',
      message,
      url: 'http://www.shop.test/cart',
    });
  });

  it('that does not exist is a failure', async () => {
    expect(await resolve({}, target({ host: 'a.test' }))).toEqual({
      kind: 'Missing',
      reason: 'TargetNotFound',
      message: 'HTTPRoute web does not exist.',
      url: 'http://a.test/',
    });
  });

  it.each([
    [
      'NotInstalled',
      {
        kind: 'Missing',
        reason: 'TargetNotFound',
        message: 'HTTPRoute web does not exist, because the cluster does not know the Gateway API.',
      },
    ],
    ['Forbidden', { kind: 'Unseen', message: 'HTTPRoute web could not be looked up: no' }],
  ] as const)('of a kind that is %s', async (reason, expected) => {
    const look = async () => couldNotLook(reason, 'no');
    expect(await resolveTarget(target(), { get: look, list: look })).toEqual(expected);
  });

  it('of a Gateway that may not be read is unseen', async () => {
    const reader = clusterOf({ HTTPRoute: [route()] });
    const get: TargetReader['get'] = async (kind, key) =>
      kind === 'Gateway' ? couldNotLook('Forbidden', 'no') : reader.get(kind, key);
    expect(await resolveTarget(target(), { ...reader, get })).toEqual({
      kind: 'Unseen',
      message: 'The Gateway of HTTPRoute web could not be looked up: no',
    });
  });
});
