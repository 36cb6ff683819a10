import { describe, expect, test } from 'vitest';
import type {
  BackendTLSPolicy,
  Gateway,
  GatewayListener,
  HTTPRoute,
  HTTPRouteMatch,
  HTTPRouteRule,
  ParentReference,
} from '../model/gateway-api.ts';
import type { HTTPRouteClaim } from '../model/http-route-evidence.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import { listenersFor, parentStatus } from './gateway-listeners.ts';
import { redirectOf, routedRequest, schemeByPolicy } from './http-route-filters.ts';
import { matchHTTPRoutes, type PlacedRoute, takes } from './http-route-match.ts';
import { isGranted } from './route-backends.ts';
import { hostnameRank, routeHostsFor } from './route-hosts.ts';

const asked = (overrides: Partial<RoutedRequest> = {}): RoutedRequest => ({
  scheme: 'http',
  host: 'shop.example.com',
  port: 80,
  path: '/api/orders',
  method: 'GET',
  ...overrides,
});

const HTTP: GatewayListener = { name: 'http', port: 80, protocol: 'HTTP' };
const HTTPS: GatewayListener = { name: 'https', port: 443, protocol: 'HTTPS' };

const gateway = (...listeners: readonly GatewayListener[]): Gateway => ({
  metadata: { namespace: 'demo', name: 'web' },
  spec: { gatewayClassName: 'edge', listeners },
});

interface Parts {
  readonly hostnames?: readonly string[];
  readonly matches?: readonly HTTPRouteMatch[];
  readonly created?: string;
  readonly parentRef?: Partial<ParentReference>;
  readonly at?: Gateway | 'Missing' | 'Unknown';
  readonly accepted?: string;
}

function placed(name: string, parts: Parts = {}): PlacedRoute {
  const {
    hostnames = ['shop.example.com'],
    matches = [{}],
    created = '2025-01-01',
    accepted = 'True',
  } = parts;
  const { at = gateway(HTTP) } = parts;
  const parentRef = { name: 'web', ...parts.parentRef };
  const route: HTTPRoute = {
    metadata: { namespace: 'demo', name, creationTimestamp: created },
    spec: { parentRefs: [parentRef], hostnames, rules: [{ matches }] },
    status: { parents: [{ parentRef, conditions: [{ type: 'Accepted', status: accepted }] }] },
  };
  return { route, parents: [{ parentRef, gateway: at }] };
}

const prefix = (value: string): HTTPRouteMatch => ({ path: { type: 'PathPrefix', value } });
const exact = (value: string): HTTPRouteMatch => ({ path: { type: 'Exact', value } });

describe('a host name', () => {
  test.each([
    ['shop.example.com', 'shop.example.com', true],
    ['SHOP.example.com', 'shop.example.com', true],
    ['*.example.com', 'shop.example.com', true],
    ['*.example.com', 'a.shop.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'shopexample.com', false],
    ['cart.example.com', 'shop.example.com', false],
    [undefined, 'shop.example.com', true],
  ])('%s, asked for as %s: %s', (hostname, host, takesIt) => {
    expect(hostnameRank(hostname, host) !== undefined).toBe(takesIt);
  });

  test('is the closer, the longer it is', () => {
    const ranks = ['shop.example.com', '*.example.com', '*.com', undefined].map((each) =>
      hostnameRank(each, 'shop.example.com'),
    );
    expect(ranks).toEqual(ranks.toSorted((a, b) => (b ?? 0) - (a ?? 0)));
    expect(new Set(ranks).size).toBe(4);
  });

  test('is found under every name that takes it', () => {
    expect(routeHostsFor('a.b.example.com')).toEqual([
      'a.b.example.com',
      '*.b.example.com',
      '*.example.com',
      '*.com',
      '',
    ]);
  });
});

describe('a match', () => {
  test.each<[string, HTTPRouteMatch, Partial<RoutedRequest>, string]>([
    ['nothing', {}, {}, 'Yes'],
    ['a prefix', prefix('/api'), {}, 'Yes'],
    ['a prefix of whole elements', prefix('/ap'), {}, 'No'],
    ['the path', exact('/api/orders'), {}, 'Yes'],
    ['the path and no more', exact('/api'), {}, 'No'],
    ['an expression', { path: { type: 'RegularExpression', value: '/api/[a-z]+' } }, {}, 'Yes'],
    ['a part by expression', { path: { type: 'RegularExpression', value: '/api' } }, {}, 'Unknown'],
    ['what is no expression', { path: { type: 'RegularExpression', value: '(' } }, {}, 'No'],
    ['the method', { method: 'GET' }, {}, 'Yes'],
    ['another method', { method: 'POST' }, {}, 'No'],
    ['a header', { headers: [{ name: 'X-Tenant' }] }, {}, 'Unknown'],
    ['a query', { queryParams: [{ name: 'v' }] }, {}, 'Unknown'],
  ])('of %s', (_, match, request, truth) => {
    expect(takes(match, asked(request))).toBe(truth);
  });
});

describe('the listeners for a request', () => {
  const named = (listeners: readonly GatewayListener[]) => listeners.map(({ name }) => name);

  test.each<[string, readonly GatewayListener[], Partial<RoutedRequest>, readonly string[]]>([
    ['are those of its port', [HTTP, { ...HTTP, name: 'other', port: 8080 }], {}, ['http']],
    ['are those of its scheme', [HTTP, HTTPS], { scheme: 'https', port: 443 }, ['https']],
    ['are on another port where a load balancer maps it', [{ ...HTTP, port: 8000 }], {}, ['http']],
    ['are plain where TLS ends before them', [HTTP], { scheme: 'https', port: 443 }, ['http']],
    ['speak HTTP', [{ name: 'db', port: 80, protocol: 'TCP' }, HTTP], {}, ['http']],
  ])('%s', (_, listeners, request, expected) => {
    expect(named(listenersFor(gateway(...listeners), asked(request)))).toEqual(expected);
  });
});

describe('of several HTTPRoutes', () => {
  const winner = (routes: readonly PlacedRoute[], request = asked()) =>
    matchHTTPRoutes(routes, request).match?.route.metadata.name;

  test.each<[string, Parts, Parts]>([
    [
      'an exact host before a wildcard',
      {},
      { hostnames: ['*.example.com'], matches: [exact('/api/orders')] },
    ],
    ['a long wildcard before a short one', { hostnames: ['*.example.com'] }, { hostnames: ['*.com'] }],
    [
      'an exact path before a prefix',
      { matches: [exact('/api/orders')] },
      { matches: [prefix('/api/orders')] },
    ],
    ['a long prefix before a short one', { matches: [prefix('/api')] }, { matches: [prefix('/')] }],
    ['a method before none', { matches: [{ method: 'GET' }] }, { matches: [{}] }],
    ['the oldest of equals', { created: '2024-01-01' }, {}],
    [
      'one that a Gateway has taken in before one that none has',
      {},
      { accepted: 'False', created: '2024-01-01' },
    ],
    [
      'one of the listener that is asked before one of another',
      { at: gateway(HTTP, HTTPS), parentRef: { sectionName: 'http' } },
      { at: gateway(HTTP, HTTPS), parentRef: { sectionName: 'https' }, created: '2024-01-01' },
    ],
    [
      'one whose listener takes the host',
      { at: gateway({ ...HTTP, hostname: '*.example.com' }) },
      { at: gateway({ ...HTTP, hostname: '*.example.org' }), created: '2024-01-01' },
    ],
    ['one whose Gateway exists', {}, { at: 'Missing', created: '2024-01-01' }],
  ])('%s', (_, first, second) => {
    const [a, b] = [placed('z', first), placed('a', second)];
    expect([winner([a, b]), winner([b, a])]).toEqual(['z', 'z']);
  });

  test('equals are rivals at one Gateway alone', () => {
    const other: Gateway = { ...gateway(HTTP), metadata: { namespace: 'demo', name: 'internal' } };
    const rivalsOf = (second: Parts) =>
      matchHTTPRoutes([placed('b'), placed('a', second)], asked()).rivals.map(
        ({ route }) => route.metadata.name,
      );
    expect(rivalsOf({})).toEqual(['a', 'b']);
    expect(rivalsOf({ at: other, parentRef: { name: 'internal' } })).toEqual([]);
    expect(rivalsOf({ matches: [prefix('/api')] })).toEqual([]);
  });

  test('none takes what fits no rule', () => {
    expect(matchHTTPRoutes([placed('a', { matches: [prefix('/cart')] })], asked())).toEqual({ rivals: [] });
  });

  test('one without host names takes those of its listener', () => {
    const open = placed('a', { hostnames: [], at: gateway({ ...HTTP, hostname: '*.example.com' }) });
    expect(winner([open])).toBe('a');
  });
});

test('of several controllers the one counts that accepts the HTTPRoute', () => {
  const parentRef = { name: 'web' };
  const said = (status: string) => ({
    parentRef: { ...parentRef, group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'demo' },
    conditions: [{ type: 'Accepted', status }],
  });
  const { route } = placed('a');
  const parents = [said('False'), said('True')];
  expect(parentStatus({ ...route, status: { parents } }, parentRef)).toBe(parents[1]);
  expect(
    parentStatus({ ...route, status: { parents } }, { name: 'web', sectionName: 'http' }),
  ).toBeUndefined();
});

describe('the filters of a rule', () => {
  const claim = (filters: HTTPRouteRule['filters'], match = prefix('/api')): HTTPRouteClaim => ({
    route: placed('a').route,
    rule: filters === undefined ? {} : { filters },
    match,
    field: 'spec.rules[0]',
  });
  const redirect = (requestRedirect: object) => claim([{ type: 'RequestRedirect', requestRedirect }]);

  test.each<[string, object, Partial<RoutedRequest>, string]>([
    ['to TLS', { scheme: 'https' }, {}, 'https://shop.example.com/api/orders'],
    ['to TLS from a port', { scheme: 'https' }, { port: 8080 }, 'https://shop.example.com/api/orders'],
    ['to a host on the same port', { hostname: 'b.test' }, { port: 8080 }, 'http://b.test:8080/api/orders'],
    ['to a port', { port: 8443, scheme: 'https' }, {}, 'https://shop.example.com:8443/api/orders'],
    [
      'to a path',
      { path: { type: 'ReplaceFullPath', replaceFullPath: '/new' } },
      {},
      'http://shop.example.com/new',
    ],
  ])('redirect %s', (_, parts, request, location) => {
    expect(redirectOf(redirect(parts), asked(request))).toBe(location);
  });

  const sent = (filters: HTTPRouteRule['filters'], port: object = {}, path = '/api/orders') =>
    routedRequest(claim(filters), { port: 80, ...port }, { scheme: 'http', path });
  const rewrite = (path: { readonly type: string }) => [{ type: 'URLRewrite', urlRewrite: { path } }];
  const replacePrefix = (replacePrefixMatch: string) =>
    rewrite({ type: 'ReplacePrefixMatch', replacePrefixMatch } as { type: string });

  test.each<[string, HTTPRouteRule['filters'], string, string]>([
    ['nothing', undefined, '/api/orders', '/api/orders'],
    ['another prefix', replacePrefix('/v2'), '/api/orders', '/v2/orders'],
    ['another prefix with a slash', replacePrefix('/v2/'), '/api/orders', '/v2/orders'],
    ['no prefix', replacePrefix('/'), '/api/orders', '/orders'],
    ['no prefix and nothing behind it', replacePrefix('/'), '/api', '/'],
    ['another prefix and nothing behind it', replacePrefix('/v2'), '/api', '/v2'],
    [
      'another path',
      rewrite({ type: 'ReplaceFullPath', replaceFullPath: '/x' } as { type: string }),
      '/api/orders',
      '/x',
    ],
  ])('rewrite to %s', (_, filters, path, expected) => {
    expect(sent(filters, {}, path)).toEqual({ scheme: 'http', path: expected });
  });

  test.each<[string, HTTPRouteRule['filters'], object]>([
    ['another host', [{ type: 'URLRewrite', urlRewrite: { hostname: 'b.test' } }], {}],
    ['a filter of the controller', [{ type: 'ExtensionRef' }], {}],
    ['TLS behind the Gateway', undefined, { appProtocol: 'https' }],
    ['TLS by the name of the port', undefined, { name: 'https' }],
    ['HTTP/2 alone', undefined, { appProtocol: 'kubernetes.io/h2c' }],
  ])('%s leaves open what the Pod is asked', (_, filters, port) => {
    expect(sent(filters, port)).toBeUndefined();
  });

  test('TLS that a policy asks for is no secret of the controller', () => {
    const port = { port: 443, name: 'https' };
    expect(routedRequest(claim(undefined), port, { scheme: 'https', path: '/api' })).toEqual({
      scheme: 'https',
      path: '/api',
    });
  });
});

describe('a BackendTLSPolicy', () => {
  const policy = (target: Partial<BackendTLSPolicy['spec']['targetRefs'][number]>): BackendTLSPolicy => ({
    metadata: { name: 'tls', namespace: 'shop' },
    spec: { targetRefs: [{ group: '', kind: 'Service', name: 'cart', ...target }] },
  });

  test.each<[string, readonly BackendTLSPolicy[], string]>([
    ['none', [], 'http'],
    ['one for the Service', [policy({})], 'https'],
    ['one for the port', [policy({ sectionName: 'web' })], 'https'],
    ['one for another port', [policy({ sectionName: 'admin' })], 'http'],
    ['one for another Service', [policy({ name: 'other' })], 'http'],
    ['one for something else of that name', [policy({ kind: 'Backend' })], 'http'],
    ['two', [policy({ name: 'other' }), policy({})], 'https'],
  ])('%s', (_, policies, scheme) => {
    expect(schemeByPolicy(policies, 'cart', { port: 80, name: 'web' })).toBe(scheme);
  });
});

describe('a ReferenceGrant', () => {
  const backend = { name: 'shop', namespace: 'backend', port: 80 };
  const granted = (from: object, to: object, namespace = 'backend') =>
    isGranted(placed('a').route, backend, [
      {
        metadata: { namespace, name: 'routes' },
        spec: {
          from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'demo', ...from }],
          to: [{ group: '', kind: 'Service', ...to }],
        },
      },
    ]);

  test.each<[string, boolean, boolean]>([
    ['for all Services', granted({}, {}), true],
    ['for this Service', granted({}, { name: 'shop' }), true],
    ['for another Service', granted({}, { name: 'cart' }), false],
    ['for another kind', granted({}, { kind: 'Secret' }), false],
    ['from another kind', granted({ kind: 'Gateway' }, {}), false],
    ['from another namespace', granted({ namespace: 'other' }, {}), false],
    ['in another namespace', granted({}, {}, 'demo'), false],
  ])('%s', (_, seen, expected) => {
    expect(seen).toBe(expected);
  });
});
