import { describe, expect, it } from 'vitest';
import { clusterOf, type Objects } from '../../../test/support/target-cluster.ts';
import type { Ingress, IngressClass, Service } from '../../diagnosis/model/kubernetes.ts';
import { couldNotLook, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { nameOfTarget, resolveTarget } from './resolve-target.ts';

const service = (spec: Service['spec'], name = 'web', namespace = 'shop'): Service => ({
  metadata: { namespace, name },
  spec,
});

const asked = (overrides: Partial<Extract<Target, { kind: 'Service' }>> = {}): Target => ({
  kind: 'Service',
  namespace: 'shop',
  name: 'web',
  port: 80,
  ...overrides,
});

describe('a Service', () => {
  const ports = [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'tls', port: 8443, appProtocol: 'https' },
  ];
  const cluster = clusterOf({ Service: [service({ clusterIP: '10.96.0.7', ports })] });

  it.each<[string, Target, string]>([
    ['by number', asked(), 'http://web.shop.svc/'],
    ['by name', asked({ port: 'http' }), 'http://web.shop.svc/'],
    ['with a path', asked({ path: '/ready?deep=1' }), 'http://web.shop.svc/ready?deep=1'],
    ['whose port says that it speaks HTTPS', asked({ port: 'tls' }), 'https://web.shop.svc:8443/'],
    ['with a scheme of its own', asked({ port: 'tls', scheme: 'HTTP' }), 'http://web.shop.svc:8443/'],
  ])('%s is asked at its cluster address', async (_, target, url) => {
    expect(await resolveTarget(target, cluster)).toEqual({
      kind: 'Found',
      url,
      connectTo: { host: '10.96.0.7' },
    });
  });

  it.each<[string, Service['spec'], string]>([
    ['headless', { clusterIP: 'None', ports: [{ port: 80, targetPort: 8080 }] }, 'http://web.shop.svc:8080/'],
    ['external', { type: 'ExternalName', externalName: 'example.com' }, 'http://web.shop.svc:8080/'],
  ])('that is %s is asked by its name', async (_, spec, url) => {
    const found = await resolveTarget(asked({ port: 8080 }), clusterOf({ Service: [service(spec)] }));
    expect(found).toEqual({ kind: 'Found', url });
  });

  it('that is headless is asked at the port of its Pods by name too', async () => {
    const headless = service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }] });
    expect(await resolveTarget(asked({ port: 'http' }), clusterOf({ Service: [headless] }))).toEqual({
      kind: 'Found',
      url: 'http://web.shop.svc:8080/',
    });
  });

  it.each<[string, Target, string]>([
    ['that does not exist', asked({ name: 'wbe' }), 'Service wbe does not exist.'],
    ['without that port', asked({ port: 81 }), 'Service web has no port 81.'],
    ['without a port of that name', asked({ port: 'grpc' }), 'Service web has no port grpc.'],
    ['of another namespace', asked({ namespace: 'other' }), 'Service web does not exist.'],
  ])('%s is a failure, not a bad spec', async (_, target, message) => {
    expect(await resolveTarget(target, cluster)).toMatchObject({
      kind: 'Missing',
      reason: 'TargetNotFound',
      message,
    });
  });
});

describe('an Ingress', () => {
  const ingress = (
    overrides: Partial<Ingress['spec']> = {},
    addresses: readonly object[] = [{ ip: '192.0.2.7' }],
  ): Ingress => ({
    metadata: { namespace: 'shop', name: 'web' },
    spec: {
      ingressClassName: 'traefik',
      rules: [
        { host: '*.shop.test' },
        {
          host: 'www.shop.test',
          http: { paths: [{ path: '/cart', pathType: 'Prefix', backend: { service: { name: 'web' } } }] },
        },
      ],
      ...overrides,
    },
    status: { loadBalancer: { ingress: addresses } },
  });
  const target = (overrides: Partial<Extract<Target, { kind: 'Ingress' | 'HTTPRoute' }>> = {}): Target => ({
    kind: 'Ingress',
    namespace: 'shop',
    name: 'web',
    ...overrides,
  });
  const resolve = (object: Ingress, wanted: Target = target(), others: Objects = {}) =>
    resolveTarget(wanted, clusterOf({ Ingress: [object], ...others }));

  it('is asked at its address for its first host and path', async () => {
    expect(await resolve(ingress())).toEqual({
      kind: 'Found',
      url: 'http://www.shop.test/cart',
      connectTo: { host: '192.0.2.7' },
    });
  });

  it('is asked as the target says', async () => {
    const wanted = target({ host: 'a.shop.test', path: '/x?y=1', scheme: 'HTTPS', port: 8443 });
    expect(await resolve(ingress(), wanted)).toMatchObject({ url: 'https://a.shop.test:8443/x?y=1' });
  });

  it.each<[string, Ingress['spec']['tls'], string]>([
    ['for its host', [{ hosts: ['www.shop.test'] }], 'https'],
    ['for all hosts', [{}], 'https'],
    ['for a wildcard', [{ hosts: ['*.shop.test'] }], 'https'],
    ['for another host', [{ hosts: ['other.test'] }], 'http'],
  ])('with TLS %s', async (_, tls = [], scheme) => {
    expect(await resolve(ingress({ tls }))).toMatchObject({ url: `${scheme}://www.shop.test/cart` });
  });

  it('is asked at the name of its load balancer where it has no IP address', async () => {
    expect(await resolve(ingress({}, [{ hostname: 'lb.example.com' }]))).toMatchObject({
      connectTo: { host: 'lb.example.com' },
    });
  });

  it('is asked by address where its rules name no host', async () => {
    expect(await resolve(ingress({ rules: [{}] }))).toMatchObject({ url: 'http://192.0.2.7/' });
  });

  it('is asked for the plain beginning of a path that is a pattern', async () => {
    const paths = [{ path: '/api(/|$)(.*)', pathType: 'ImplementationSpecific', backend: {} }];
    expect(await resolve(ingress({ rules: [{ host: 'a.test', http: { paths } }] }))).toMatchObject({
      url: 'http://a.test/api',
    });
  });

  it('needs to be told a host where it has wildcards alone', async () => {
    expect(await resolve(ingress({ rules: [{ host: '*.shop.test' }] }))).toEqual({
      kind: 'Invalid',
      message: 'spec.target.ingressRef.host must be given, because Ingress web has no host without wildcard.',
    });
  });

  it('that does not exist is a failure', async () => {
    expect(await resolve(ingress(), target({ name: 'wbe', host: 'a.test' }))).toEqual({
      kind: 'Missing',
      reason: 'TargetNotFound',
      message: 'Ingress wbe does not exist.',
      url: 'http://a.test/',
    });
  });

  describe('without an address', () => {
    const unserved = ingress({}, []);
    const ingressClass: IngressClass = {
      metadata: { name: 'traefik' },
      spec: { controller: 'traefik.io/ingress-controller' },
    };
    const pod = {
      metadata: { namespace: 'ingress', name: 'traefik-1', labels: { 'app.kubernetes.io/name': 'traefik' } },
      spec: { containers: [] },
      status: {},
    } as Pod;
    const selector = { 'app.kubernetes.io/name': 'traefik' };
    const metrics = service(
      { clusterIP: '10.96.0.8', selector, ports: [{ name: 'metrics', port: 9100 }] },
      'metrics',
      'ingress',
    );
    const web = service(
      { clusterIP: '10.96.0.9', selector, ports: [{ name: 'web', port: 80 }] },
      'traefik',
      'ingress',
    );

    it('is asked at the Service of its controller', async () => {
      const others = { IngressClass: [ingressClass], Pod: [pod], Service: [metrics, web] };
      expect(await resolve(unserved, target(), others)).toMatchObject({ connectTo: { host: '10.96.0.9' } });
    });

    it.each<[string, Objects]>([
      ['no class', {}],
      ['a class without controller', { IngressClass: [ingressClass] }],
      ['a controller without Service', { IngressClass: [ingressClass], Pod: [pod], Service: [metrics] }],
    ])('and with %s is a failure', async (_, others) => {
      expect(await resolve(unserved, target(), others)).toEqual({
        kind: 'Missing',
        reason: 'NoAddress',
        message: 'Ingress web has no address.',
        url: 'http://www.shop.test/cart',
      });
    });
  });
});

it.each<Target>([asked(), { kind: 'Ingress', namespace: 'shop', name: 'web' }])(
  'a cluster that cannot be looked at is no absence: $kind',
  async (target) => {
    const forbidden = async (): Promise<Lookup<never>> =>
      couldNotLook('Forbidden', 'Forbidden: may not list it');
    expect(await resolveTarget(target, { get: forbidden, list: forbidden })).toEqual({
      kind: 'Unseen',
      message: `${target.kind} web could not be looked up: Forbidden: may not list it`,
    });
  },
);

it.each<[Target, string]>([
  [
    { kind: 'URL', url: 'https://user:pass@shop.test/cart?token=s3cret&x#part' },
    'https://shop.test/cart?token=…&x=…',
  ],
  [{ kind: 'URL', url: 'nonsense' }, ''],
  [asked(), 'Service/web'],
])('names a target for people without what is secret', (target, name) =>
  expect(nameOfTarget(target)).toBe(name),
);
