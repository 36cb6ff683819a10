import { describe, expect, test } from 'vitest';
import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Ingress, IngressClass, Service, ServicePort } from '../model/kubernetes.ts';
import { type BackendRequest, backendRequest } from './backend-request.ts';
import { namedClass, servingClass } from './ingress-class.ts';
import { controllerOf, runsImage } from './ingress-controllers.ts';

const ingress = (spec: Ingress['spec'], annotations: Record<string, string> = {}): Ingress => ({
  metadata: { name: 'shop', annotations },
  spec,
});

describe('class', () => {
  const ingressClass = (name: string, isDefault = false, creationTimestamp = '2026-01-01'): IngressClass => ({
    metadata: {
      name,
      creationTimestamp,
      annotations: isDefault ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {},
    },
    spec: {},
  });
  const legacy = { 'kubernetes.io/ingress.class': 'nginx' };

  test('the field goes before the older annotation', () => {
    expect(namedClass(ingress({ ingressClassName: 'traefik' }, legacy))).toBe('traefik');
    expect(namedClass(ingress({}, legacy))).toBe('nginx');
    expect(namedClass(ingress({}))).toBeUndefined();
  });

  test.each([
    ['the named one', ingress({ ingressClassName: 'b' }), 'b'],
    ['none where the named one does not exist', ingress({ ingressClassName: 'c' }), undefined],
    ['the newest default one where none is named', ingress({}), 'new'],
  ])('%s serves', (_, object, name) => {
    const classes = [ingressClass('old', true), ingressClass('new', true, '2026-02-01'), ingressClass('b')];
    expect(servingClass(object, classes)?.metadata.name).toBe(name);
  });

  test('without a default class none serves', () => {
    expect(servingClass(ingress({}), [ingressClass('a')])).toBeUndefined();
  });
});

test('a controller is known by its class and its Pods by their image', () => {
  const looks = controllerOf('k8s.io/ingress-nginx');
  expect(looks?.labels).toEqual([{ 'app.kubernetes.io/name': 'ingress-nginx' }]);
  expect(controllerOf('k8s.io/ingress-gce')).toBeUndefined();
  const pod = (image: string) => ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image }] },
    status: {},
  });
  expect(looks && runsImage(pod('registry.k8s.io/ingress-nginx/controller:v1'), looks.image)).toBe(true);
  expect(looks && runsImage(pod('nginx:1'), looks.image)).toBe(false);
});

describe('what the Service is asked', () => {
  const through = (annotations: Record<string, string>, path = '/'): IngressMatch => ({
    ingress: ingress({}, annotations),
    path: { path, backend: {} },
    field: 'spec.rules[0].http.paths[0]',
    backend: {},
  });
  const nginx = (key: string, value: string) => ({ [`nginx.ingress.kubernetes.io/${key}`]: value });
  const web = { port: 80 };
  const shop = (annotations: Record<string, string> = {}): Service => ({
    metadata: { name: 'shop', annotations },
    spec: {},
  });

  test.each<[string, IngressMatch, ServicePort, string, BackendRequest | undefined]>([
    ['the path as it is', through({}), web, '/cart', { scheme: 'http', path: '/cart' }],
    ['https by port', through({}), { port: 443 }, '/', { scheme: 'https', path: '/' }],
    ['https by name', through({}), { name: 'https-web', port: 8443 }, '/', { scheme: 'https', path: '/' }],
    [
      'http by appProtocol',
      through({}),
      { port: 443, appProtocol: 'http' },
      '/',
      { scheme: 'http', path: '/' },
    ],
    ['nothing for gRPC', through({}), { port: 80, appProtocol: 'grpc' }, '/', undefined],
    [
      'https by annotation',
      through(nginx('backend-protocol', 'HTTPS')),
      web,
      '/',
      { scheme: 'https', path: '/' },
    ],
    [
      'the Host of the Service, as meshes want it',
      through(nginx('upstream-vhost', '$service_name.demo.svc.cluster.local:$service_port')),
      web,
      '/',
      { scheme: 'http', path: '/', host: 'shop.demo.svc.cluster.local:80' },
    ],
    [
      'nothing for a Host of other variables',
      through(nginx('upstream-vhost', '$host.x')),
      web,
      '/',
      undefined,
    ],
    ['nothing for FCGI', through(nginx('backend-protocol', 'FCGI')), web, '/', undefined],
    [
      'a rewritten path',
      through(nginx('rewrite-target', '/$2'), '/api(/|$)(.*)'),
      web,
      '/api/v1/x',
      { scheme: 'http', path: '/v1/x' },
    ],
    [
      'a whole rewritten path',
      through(nginx('rewrite-target', '/'), '/api'),
      web,
      '/api/v1',
      { scheme: 'http', path: '/' },
    ],
    [
      'a group that caught nothing',
      through(nginx('rewrite-target', '/x$2$9'), '/api(/|$)(.*)'),
      web,
      '/api',
      { scheme: 'http', path: '/x' },
    ],
    [
      'nothing that only the controller knows',
      through({ 'traefik.ingress.kubernetes.io/router.middlewares': 'shop-strip@kubernetescrd' }),
      web,
      '/',
      undefined,
    ],
    [
      'nothing that a transform of AWS changes',
      through({ 'alb.ingress.kubernetes.io/transforms.shop': '[]' }),
      web,
      '/',
      undefined,
    ],
  ])('%s', (_, ...[match, port, path, expected]) =>
    expect(backendRequest(match, { service: shop(), port }, path)).toEqual(expected),
  );

  const traefik = { 'traefik.ingress.kubernetes.io/service.serversscheme': 'https' };

  test.each<[string, string, IngressMatch, Service, ServicePort, string | undefined]>([
    ['http on port 443', 'k8s.io/ingress-nginx', through({}), shop(), { port: 443 }, 'http'],
    [
      'https by its annotation',
      'k8s.io/ingress-nginx',
      through(nginx('backend-protocol', 'HTTPS')),
      shop(),
      web,
      'https',
    ],
    [
      'nothing for gRPC',
      'k8s.io/ingress-nginx',
      through(nginx('backend-protocol', 'GRPCS')),
      shop(),
      web,
      undefined,
    ],
    ['https on port 443', 'traefik.io/ingress-controller', through({}), shop(), { port: 443 }, 'https'],
    ['https by the Service', 'traefik.io/ingress-controller', through({}), shop(traefik), web, 'https'],
    [
      'https by the name of the Service',
      'nginx.org/ingress-controller',
      through({ 'nginx.org/ssl-services': 'cart,shop' }),
      shop(),
      web,
      'https',
    ],
    [
      'https by the name of the port',
      'projectcontour.io/contour',
      through({}),
      shop({ 'projectcontour.io/upstream-protocol.tls': '9443,web' }),
      { name: 'web', port: 80 },
      'https',
    ],
    [
      'https on port 443 of whom nothing is known',
      'example.com/x',
      through({}),
      shop(),
      { port: 443 },
      'https',
    ],
  ])('%s, as %s asks', (_, ...[controller, match, service, port, scheme]) =>
    expect(backendRequest(match, { service, port, controller }, '/')?.scheme).toBe(scheme),
  );
});
