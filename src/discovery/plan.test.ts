import { expect, test } from 'vitest';
import { resolveManifest } from '../api/defaults.ts';
import type { StatusProbeSpec } from '../api/generated.ts';
import type { Ingress, Service } from '../diagnosis/model/kubernetes.ts';
import { type NamespaceMode, readMode } from './annotations.ts';
import { type ExistingProbe, planNamespace } from './plan.ts';
import type { RoutingObject } from './wanted-probes.ts';

type Annotations = Readonly<Record<string, string>>;

const annotated = (annotations: Annotations) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`statusprobe.dev/${name}`, value]));

function ingress(name: string, annotations: Annotations = {}, ...hosts: readonly string[]): RoutingObject {
  const rules = (hosts.length === 0 ? [`${name}.test`] : hosts).map((host) => ({ host }));
  const object: Ingress = {
    metadata: { namespace: 'shop', name, uid: `ingress-${name}`, annotations: annotated(annotations) },
    spec: { rules },
  };
  return { kind: 'Ingress', object };
}

function service(
  name: string,
  annotations: Annotations,
  ports: Service['spec']['ports'] = [{ port: 8080 }],
): RoutingObject {
  const metadata = { namespace: 'shop', name, uid: `service-${name}`, annotations: annotated(annotations) };
  return { kind: 'Service', object: { metadata, spec: ports === undefined ? {} : { ports } } };
}

const httpRoute = (name: string, annotations: Annotations): RoutingObject => ({
  kind: 'HTTPRoute',
  object: {
    metadata: { namespace: 'shop', name, uid: `route-${name}`, annotations: annotated(annotations) },
    spec: { hostnames: ['route.test'] },
  },
});

const storedSpec = (spec: object): StatusProbeSpec => {
  const resolution = resolveManifest({ spec });
  if (!resolution.ok) throw new Error(resolution.message);
  return resolution.spec;
};

const existing = (name: string, madeFor: string | undefined, spec: object): ExistingProbe => ({
  name,
  uid: `probe-${name}`,
  ...(madeFor === undefined ? {} : { madeFor }),
  spec: storedSpec(spec),
});

const plan = (
  objects: readonly RoutingObject[],
  probes: readonly ExistingProbe[] = [],
  mode: NamespaceMode = 'annotated',
) => {
  const { apply, remove, complaints } = planNamespace(objects, probes, mode);
  return {
    apply: Object.fromEntries(apply.map(({ probe }) => [probe.name, probe.spec])),
    remove: remove.map(({ name }) => name),
    complaints: complaints.map(({ message }) => message),
  };
};

const YES = { probe: 'true' };
const usual = { interval: '30s', expect: { statusCodes: ['200-299'] } };
const target = (name: string) => ({ ingressRef: { name, host: `${name}.test`, path: '/' } });

test('an object that says yes is probed, one that says nothing is not', () => {
  expect(plan([ingress('shop', YES), ingress('other'), ingress('no', { probe: 'false' })])).toEqual({
    apply: { shop: { target: target('shop'), ...usual } },
    remove: [],
    complaints: [],
  });
});

test('annotations say how', () => {
  const wish = { ...YES, path: '/health?full=1', interval: '2s', 'status-codes': '200-204, 301' };
  expect(plan([ingress('shop', wish)]).apply).toEqual({
    shop: {
      target: { ingressRef: { name: 'shop', host: 'shop.test', path: '/health?full=1' } },
      interval: '2s',
      timeout: '2s',
      expect: { statusCodes: ['200-204', '301'] },
    },
  });
});

test('HTTPRoutes and Services as well: of a Service the port for the web, else the first of TCP', () => {
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'metrics', port: 9090 },
    { name: 'http', port: 8080 },
  ];
  const { apply } = plan([httpRoute('route', YES), service('web', YES, ports), service('plain', YES)]);
  expect(Object.values(apply).map((spec) => spec.target)).toEqual([
    { httpRouteRef: { name: 'route', host: 'route.test', path: '/' } },
    { serviceRef: { name: 'web', port: 8080, path: '/' } },
    { serviceRef: { name: 'plain', port: 8080, path: '/' } },
  ]);
});

test('each host has its own; a wildcard has none, and that is said', () => {
  const { apply, complaints } = plan([ingress('shop', YES, 'a.test', 'b.test', '*.test')]);
  expect(Object.keys(apply)).toEqual(['shop-a-test', 'shop-b-test']);
  expect(complaints).toEqual(['*.test is no single host; write a StatusProbe with a host that it takes']);
});

test('a namespace opts in with its Ingresses and HTTPRoutes, and out with everything', () => {
  const objects = [
    ingress('shop'),
    ingress('no', { probe: 'false' }),
    httpRoute('route', {}),
    service('web', {}),
    service('yes', YES),
  ];
  const mistaken = service('yes', { probe: 'certainly' });
  expect(Object.keys(plan(objects, [], 'enabled').apply)).toEqual(['shop', 'route', 'yes']);
  const made = existing('yes', 'service-yes', { target: { serviceRef: { name: 'yes', port: 80 } } });
  for (const all of [objects, [mistaken]]) {
    expect(plan(all, [made], 'disabled')).toEqual({ apply: {}, remove: ['yes'], complaints: [] });
  }
});

test('what is as it should be is left alone, with what people added to it', () => {
  const spec = { target: target('shop'), timeout: '3s', request: { method: 'HEAD' } };
  const made = existing('shop', 'ingress-shop', spec);
  expect(plan([ingress('shop', YES)], [made])).toEqual({ apply: {}, remove: [], complaints: [] });
});

test.each<[string, object]>([
  ['target', { target: target('other') }],
  ['interval', { target: target('shop'), interval: '1m' }],
  ['status codes', { target: target('shop'), expect: { statusCodes: ['204'] } }],
])('another %s is brought back', (_, spec) => {
  const made = existing('shop', 'ingress-shop', spec);
  expect(Object.keys(plan([ingress('shop', YES)], [made]).apply)).toEqual(['shop']);
});

test('what an object does not ask for any more is removed, and nothing else', () => {
  const probes = [
    existing('shop', 'ingress-shop', { target: target('shop') }),
    existing('of-a-person', undefined, { target: target('shop') }),
    existing('orphan', 'ingress-that-is-gone', { target: target('gone') }),
  ];
  expect(plan([ingress('shop')], probes)).toEqual({ apply: {}, remove: ['shop'], complaints: [] });
  expect(plan([ingress('shop', YES, 'a.test', 'b.test')], probes).remove).toEqual(['shop']);
});

test('what a person made keeps its name', () => {
  const probes = [existing('shop', undefined, { target: { url: 'https://shop.test/' } })];
  expect(plan([ingress('shop', YES)], probes)).toEqual({
    apply: {},
    remove: [],
    complaints: [
      'StatusProbe shop exists and was not made for this Ingress: delete or rename it, or annotate this Ingress with statusprobe.dev/probe: "false".',
    ],
  });
});

test('objects of one name stand side by side, whoever was first', () => {
  const both = [ingress('shop', YES), service('shop', YES)];
  expect(Object.keys(plan(both).apply)).toEqual(['shop', 'shop-service']);
  const first = existing('shop', 'service-shop', {
    target: { serviceRef: { name: 'shop', port: 8080, path: '/' } },
  });
  expect(Object.keys(plan(both, [first]).apply)).toEqual(['shop-ingress']);
});

test('a name that is about to be free is waited for', () => {
  const old = existing('shop', 'ingress-that-is-gone', { target: target('shop') });
  expect(plan([ingress('shop', YES)], [old])).toEqual({ apply: {}, remove: [], complaints: [] });
});

test.each<[string, Annotations, string]>([
  ['switch', { probe: 'yes' }, 'Annotation statusprobe.dev/probe must be "true" or "false".'],
  [
    'path',
    { ...YES, path: 'health' },
    'Annotation statusprobe.dev/path must begin with one slash and hold no white space, backslash or fragment, such as /health.',
  ],
  [
    'interval',
    { ...YES, interval: '1 day' },
    'Annotation statusprobe.dev/interval must be a duration of h, m, s and ms from 1s to 24h, such as 30s or 1m30s.',
  ],
  [
    'status codes',
    { ...YES, 'status-codes': '200,2xx' },
    'Annotation statusprobe.dev/status-codes must be a status code or a range of codes from 100 to 599, such as "200" or "200-299".',
  ],
])('a %s that nobody understands is one sentence, and leaves what there is', (_, annotations, message) => {
  const made = existing('shop', 'ingress-shop', { target: target('shop') });
  expect(plan([ingress('shop', annotations)], [made])).toEqual({
    apply: {},
    remove: [],
    complaints: [message],
  });
});

test('what cannot be probed is said', () => {
  expect(plan([service('web', YES, [{ port: 53, protocol: 'UDP' }])]).complaints).toEqual([
    'Service/web has no TCP port',
  ]);
});

test('a label of a namespace that nobody understands opens and closes nothing', () => {
  expect(readMode({ labels: { 'statusprobe.dev/auto-probes': 'on' } })).toEqual({
    ok: false,
    mode: 'annotated',
    message: 'Label statusprobe.dev/auto-probes must be "enabled" or "disabled".',
  });
  expect(readMode({})).toEqual({ ok: true, mode: 'annotated' });
});
