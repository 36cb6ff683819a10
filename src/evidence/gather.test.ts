import { describe, expect, test, vi } from 'vitest';
import type { Evidence, Slot, SlotName } from '../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import { type TargetSpec, targetOf } from '../diagnosis/model/target.ts';
import { KINDS, type Kind } from './cluster/kinds.ts';
import { createObjectsReader, type RawObject } from './cluster/objects.ts';
import type { ClusterReader } from './cluster/reader.ts';
import { type Unreadable, withUnreadable } from './cluster/unreadable.ts';
import { createSteps } from './gather.ts';
import { completeObservation, urlOf } from './saved-observation.ts';
import type { HopRequest, LogRequest, Sources } from './slot-context.ts';

interface Written {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly uid?: string;
  readonly ownerReferences?: readonly object[];
  readonly [field: string]: unknown;
}

function object(kind: Kind, name: string, written: Written = {}): RawObject {
  const { namespace = 'shop', labels, annotations, uid, ownerReferences, ...rest } = written;
  const { group, version, namespaced } = KINDS[kind].resource;
  const place = namespaced ? { namespace } : {};
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name, ...place, ...{ labels, annotations, uid, ownerReferences } },
    ...rest,
  };
}

const ingress = (name: string, host: string | undefined, written: Written = {}) =>
  object('Ingress', name, {
    spec: {
      rules: [
        {
          ...(host === undefined ? {} : { host }),
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
    ...written,
  });

const service = (name: string, written: Written = {}) =>
  object('Service', name, {
    spec: {
      clusterIP: '10.96.0.20',
      selector: { app: name },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    },
    ...written,
  });

const pod = (name: string, podIP: string, written: Written = {}) =>
  object('Pod', name, {
    labels: { app: 'shop' },
    spec: { nodeName: 'node-1', containers: [{ name: 'shop', ports: [{ containerPort: 8080 }] }] },
    status: { phase: 'Running', podIP },
    ...written,
  });

const slice = (
  endpoints: readonly (readonly [address: string, podName: string, ready?: boolean])[],
  written: Written = {},
) =>
  object('EndpointSlice', 'shop-1', {
    labels: { 'kubernetes.io/service-name': 'shop' },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: endpoints.map(([address, name, ready = true]) => ({
      addresses: [address],
      conditions: { ready },
      targetRef: { kind: 'Pod', name },
    })),
    ...written,
  });

const SHOP: readonly RawObject[] = [
  ingress('shop', 'shop.example.com'),
  service('shop'),
  pod('shop-1', '10.0.0.1'),
  slice([['10.0.0.1', 'shop-1']]),
];

interface Given {
  readonly objects?: readonly RawObject[];
  readonly namespace?: string;
  readonly target?: TargetSpec;
  readonly seen?: Partial<Observation>;
  readonly unreadable?: readonly Unreadable[];
  readonly sources?: Partial<Sources>;
}

function setUp({
  objects = SHOP,
  namespace = 'shop',
  target = { url: 'http://shop.example.com/cart' },
  ...rest
}: Given) {
  const probed = targetOf(target, namespace);
  const sources: Sources = {
    probe: { target: probed, namespace, name: 'probe' },
    settings: {
      hops: 'SafeMethods',
      podLogs: { enabled: false, tailLines: 10 },
      deadlineMilliseconds: 10_000,
    },
    reader: withUnreadable(createObjectsReader(objects), rest.unreadable ?? []),
    ...rest.sources,
  };
  const observation = completeObservation({ code: 502, ...rest.seen }, urlOf(probed));
  return { steps: createSteps(sources), observation };
}

async function gathered<K extends SlotName>(name: K, given: Given = {}): Promise<Slot<Evidence[K]>> {
  const { steps, observation } = setUp(given);
  const route = await steps.locate(observation);
  return (await steps.gather([name], route))[name] as Slot<Evidence[K]>;
}

async function value<K extends SlotName>(name: K, given: Given = {}): Promise<Evidence[K]> {
  const slot = await gathered(name, given);
  if (!slot.ok) throw new Error(`${name}: ${slot.reason}`);
  return slot.value;
}

const NOT_APPLICABLE = { ok: false, reason: 'NotApplicable' };

/** A reader that notes every look. */
function noting(reader: ClusterReader) {
  const looks: string[] = [];
  const note = (...words: readonly unknown[]) =>
    looks.push(words.filter((word) => word !== undefined).join(' '));
  const noted: ClusterReader = {
    get: (kind, key) => {
      note('get', kind, key.namespace, key.name);
      return reader.get(kind, key);
    },
    list: (kind, scope = {}) => {
      note('list', kind, scope.namespace, scope.host);
      return reader.list(kind, scope);
    },
  };
  return { looks, reader: noted };
}

describe('what is looked at', () => {
  test('locating looks at the way alone, and gathering only at what is asked for, once', async () => {
    const { looks, reader } = noting(createObjectsReader(SHOP));
    const { steps, observation } = setUp({ sources: { reader } });
    const route = await steps.locate(observation);
    expect(looks.sort()).toEqual([
      'get Service shop shop',
      'list EndpointSlice shop',
      'list HTTPRoute shop.example.com',
      'list Ingress shop',
      'list Ingress shop.example.com',
      'list Ingress shop.example.com',
      'list Pod shop',
      'list Service shop',
    ]);
    looks.length = 0;
    const [nodes] = await Promise.all([
      steps.gather(['nodes', 'pods'], route),
      steps.gather(['nodes'], route),
    ]);
    expect(looks).toEqual(['get Node node-1']);
    expect(Object.keys(nodes)).toEqual(['nodes', 'pods']);
  });

  test('on a detour only what hangs on the Service is looked at anew, and no Pod is asked twice', async () => {
    const annotations = {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '30',
    };
    const objects = [...SHOP, ingress('shop-canary', 'shop.example.com', { annotations })];
    const { looks, reader } = noting(createObjectsReader(objects));
    const ask = vi.fn(async () => completeObservation({ code: 200 }, 'http://shop.example.com/'));
    const { steps, observation } = setUp({ sources: { reader, ask } });
    const route = await steps.locate(observation);
    await steps.gather(['hops', 'ingressClass'], route);
    const { ingress: located } = route;
    if (!located.ok || located.value.canary === undefined) throw new Error('no canary');
    const asked = ask.mock.calls.length;
    looks.length = 0;
    const detour = { ingress: found({ ...located.value, match: located.value.canary }) };
    const other = await steps.locate(observation, detour);
    expect(await steps.gather(['hops', 'ingressClass'], other)).toMatchObject({ hops: { ok: true } });
    expect(other.service).toMatchObject({ value: { askedBy: { ref: 'Ingress/shop-canary' } } });
    expect(looks.sort()).toEqual([
      'get Service shop shop',
      'list EndpointSlice shop',
      'list Pod shop',
      'list Service shop',
    ]);
    expect(ask).toHaveBeenCalledTimes(asked);
  });

  test('a look that hangs is Timeout for those who need it, and for nobody else', async () => {
    const objects = createObjectsReader(SHOP);
    const reader: ClusterReader = {
      get: objects.get,
      list: (kind, scope) => (kind === 'Pod' ? new Promise(() => {}) : objects.list(kind, scope)),
    };
    const settings = {
      hops: 'Disabled',
      podLogs: { enabled: false, tailLines: 1 },
      deadlineMilliseconds: 50,
    } as const;
    const { steps, observation } = setUp({ sources: { reader, settings } });
    const route = await steps.locate(observation);
    expect(route).toMatchObject({
      ingress: { ok: true },
      service: { ok: true },
      endpoints: { ok: true },
      pods: { ok: false, reason: 'Timeout' },
    });
    // By now the time is over.
    expect(await steps.gather(['neighbours'], route)).toMatchObject({
      neighbours: { ok: false, reason: 'Timeout' },
    });
  });

  test('a look that breaks costs its own slots alone', async () => {
    const objects = createObjectsReader(SHOP);
    const reader: ClusterReader = {
      get: objects.get,
      list: (kind, scope) => {
        if (kind === 'EndpointSlice') throw new Error('broken');
        return objects.list(kind, scope);
      },
    };
    const { steps, observation } = setUp({ sources: { reader } });
    expect(await steps.locate(observation)).toMatchObject({
      endpoints: { ok: false, reason: 'Failed', message: 'endpoints: broken' },
      pods: { ok: true },
    });
  });
});

describe('the request', () => {
  test.each<[string, Given, object]>([
    [
      'of a URL',
      { target: { url: 'https://Shop.Example.com/cart/7?id=1' } },
      { scheme: 'https', host: 'shop.example.com', port: 443, path: '/cart/7' },
    ],
    [
      'to an IPv6 address',
      { target: { url: 'http://[fd00::1]:8080/' } },
      { scheme: 'http', host: 'fd00::1', port: 8080, path: '/' },
    ],
    [
      'that a redirect led on',
      { seen: { finalURL: 'https://login.example.com/in' } },
      { scheme: 'https', host: 'login.example.com', port: 443, path: '/in' },
    ],
    [
      'to an Ingress that redirects elsewhere',
      {
        target: { ingressRef: { name: 'shop', host: 'shop.example.com' } },
        seen: { finalURL: 'https://login.example.com/' },
      },
      { scheme: 'http', host: 'shop.example.com', port: 80, path: '/' },
    ],
    [
      'to an Ingress that redirects to TLS',
      {
        target: { ingressRef: { name: 'shop', host: 'shop.example.com' } },
        seen: { finalURL: 'https://shop.example.com/x' },
      },
      { scheme: 'https', host: 'shop.example.com', port: 443, path: '/x' },
    ],
    [
      'to an Ingress without an address, by its first host',
      { target: { ingressRef: { name: 'shop' } } },
      { scheme: 'http', host: 'shop.example.com', port: 80, path: '/' },
    ],
    [
      'to an Ingress that does not exist',
      { target: { ingressRef: { name: 'gone', path: '/x' } } },
      { scheme: 'http', host: '', port: 80, path: '/x' },
    ],
    [
      'to a Service',
      { target: { serviceRef: { name: 'shop', port: 8080 } } },
      { scheme: 'http', host: 'shop.shop.svc', port: 8080, path: '/' },
    ],
  ])('%s', async (_, given, expected) => {
    expect(await value('request', given)).toEqual({ ...expected, method: 'GET' });
  });
});

describe('which way a URL goes', () => {
  const elsewhere = SHOP.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: 'other' } }));
  const namespace = object('Namespace', 'shop');
  const published = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } } };

  const way = async (given: Given) => {
    const { steps, observation } = setUp(given);
    const { ingress: first, service: second } = await steps.locate(observation);
    return {
      ingress: first.ok ? (first.value.match?.ingress.metadata.name ?? 'no match') : first.reason,
      service: second.ok ? `${second.value.reference.ref} ${second.value.port?.name}` : second.reason,
    };
  };

  test.each<[string, Given, string, string]>([
    ['through the Ingress of its host', {}, 'shop', 'Service/shop http'],
    ['through an Ingress of another namespace', { objects: elsewhere }, 'shop', 'Service/other/shop http'],
    [
      'to a Service by its DNS name',
      { target: { url: 'http://shop.shop.svc.cluster.local/' } },
      'NotApplicable',
      'Service/shop http',
    ],
    [
      'to a Service of the own namespace',
      { target: { url: 'http://shop/' } },
      'NotApplicable',
      'Service/shop http',
    ],
    [
      'to a Service that does not exist',
      { target: { url: 'http://gone.shop.svc/' } },
      'NotApplicable',
      'Service/gone undefined',
    ],
    [
      'to a Service by two labels',
      { target: { url: 'http://shop.shop/' } },
      'NotApplicable',
      'Service/shop http',
    ],
    [
      'to a missing Service in a namespace that exists',
      { objects: [...SHOP, namespace], target: { url: 'http://gone.shop/' } },
      'NotApplicable',
      'Service/gone undefined',
    ],
    ['to a cluster address', { target: { url: 'http://10.96.0.20/' } }, 'NotApplicable', 'Service/shop http'],
    [
      'on a port that the Service does not have',
      { target: { url: 'http://10.96.0.20:81/' } },
      'NotApplicable',
      'Service/shop undefined',
    ],
    ['out of the cluster', { target: { url: 'https://example.org/' } }, 'NotApplicable', 'NotApplicable'],
    [
      'to a host that no Ingress has, at the controller',
      {
        objects: [...SHOP, ingress('b', 'b.example.com', published)],
        target: { url: 'http://c.example.com/' },
        seen: { remoteAddress: '192.0.2.10:80' },
      },
      'no match',
      'NotApplicable',
    ],
    [
      'to a host that no Ingress has, answered by a controller',
      {
        target: { url: 'http://c.example.com/' },
        seen: { answeredBy: { layer: 'Ingress', product: 'Traefik', confidence: 'High', evidence: [] } },
      },
      'no match',
      'NotApplicable',
    ],
    [
      'through a rule for any host, at the controller',
      { objects: [...SHOP, ingress('any', undefined, published)], target: { url: 'http://192.0.2.10/' } },
      'any',
      'Service/shop http',
    ],
    [
      'on another port of a node that is also the controller',
      { objects: [ingress('any', undefined, published)], target: { url: 'http://192.0.2.10:30080/' } },
      'NotApplicable',
      'NotApplicable',
    ],
    [
      'out of the cluster although a rule is for any host',
      { objects: [ingress('any', undefined)], target: { url: 'http://example.org/' } },
      'NotApplicable',
      'NotApplicable',
    ],
  ])('%s', async (_, given, ...[ingressName, serviceName]) => {
    expect(await way(given)).toEqual({ ingress: ingressName, service: serviceName });
  });

  const closed = (kind: string, rest: object = {}) =>
    [{ kind, reason: 'Forbidden', message: 'no', ...rest }] as Unreadable[];

  test('the own namespace is enough where others may not be looked at', async () => {
    const given = { unreadable: closed('Ingress', { namespace: 'other' }) };
    expect(await way(given)).toEqual({ ingress: 'shop', service: 'Service/shop http' });
    expect(await way({ ...given, target: { url: 'http://c.example.com/' } })).toEqual({
      ingress: 'Forbidden',
      service: 'Forbidden',
    });
  });

  test('Services that may not be looked at are not absent', async () => {
    expect(await way({ unreadable: closed('Service') })).toEqual({ ingress: 'shop', service: 'Forbidden' });
  });
});

describe('the Ingress that is named', () => {
  const target = { ingressRef: { name: 'shop', host: 'shop.example.com' } };

  test('does not exist', async () => {
    const objects = [ingress('shpo', 'shop.example.com'), ingress('cart', 'cart.example.com')];
    expect(await value('ingress', { objects, target })).toMatchObject({
      candidates: [],
      rivals: [],
      missing: { ref: 'Ingress/shop' },
      otherHosts: ['cart.example.com', 'shop.example.com'],
      others: [{ metadata: { name: 'cart' } }, { metadata: { name: 'shpo' } }],
    });
  });

  test('is matched itself, although an older one wins', async () => {
    const objects = [
      ingress('shop', 'shop.example.com', { creationTimestamp: '2026-02-01' }),
      ingress('older', 'shop.example.com', { namespace: 'a' }),
    ];
    const evidence = await value('ingress', { objects, target });
    expect(evidence.match?.ingress.metadata.name).toBe('shop');
    expect(evidence.rivals.map((rival) => rival.ingress.metadata.name)).toEqual(['older', 'shop']);
  });

  test('has no Service behind it where its backend is another resource', async () => {
    const defaultBackend = { resource: { kind: 'Bucket', name: 'files' } };
    expect(
      await gathered('service', {
        objects: [object('Ingress', 'shop', { spec: { defaultBackend } })],
        target,
      }),
    ).toEqual(NOT_APPLICABLE);
  });

  test('sends to a Service that does not exist: its neighbours are named', async () => {
    const objects = [ingress('shop', 'shop.example.com'), service('shpo'), service('cart')];
    expect(await value('service', { objects, target })).toEqual({
      reference: { kind: 'Service', namespace: 'shop', name: 'shop', ref: 'Service/shop' },
      askedPort: 80,
      askedBy: {
        group: 'networking.k8s.io',
        kind: 'Ingress',
        namespace: 'shop',
        name: 'shop',
        field: 'spec.rules[0].http.paths[0].backend.service',
        ref: 'Ingress/shop',
      },
      otherServices: ['cart', 'shpo'],
    });
    for (const slot of ['endpoints', 'pods', 'workloads', 'neighbours', 'dials', 'hops'] as const) {
      expect(await gathered(slot, { objects, target })).toEqual(NOT_APPLICABLE);
    }
  });
});

describe('the class', () => {
  const traefik = object('IngressClass', 'traefik', {
    spec: { controller: 'traefik.io/ingress-controller' },
  });
  const defaultBackend = { service: { name: 'shop' } };
  const withClass = ingress('shop', undefined, {
    spec: { ingressClassName: 'traefik', rules: [{ host: 'shop.example.com' }], defaultBackend },
  });
  const controller = (labels: Record<string, string>, image: string) =>
    pod('controller', '10.0.0.9', {
      namespace: 'system',
      labels,
      spec: { containers: [{ name: 'c', image }] },
    });

  test.each([
    ['by its label', controller({ 'app.kubernetes.io/name': 'traefik' }, 'mirror/x')],
    ['by its image', controller({}, 'docker.io/traefik:v3')],
  ])('its controller is found %s', async (_, running) => {
    expect(await value('ingressClass', { objects: [withClass, traefik, running] })).toMatchObject({
      named: 'traefik',
      ingressClass: { metadata: { name: 'traefik' } },
      existing: ['traefik'],
    });
    expect(await value('controllerPods', { objects: [withClass, traefik, running] })).toMatchObject([
      { metadata: { name: 'controller' } },
    ]);
  });

  test('Pods that may not be looked at are not absent', async () => {
    const unreadable = [{ kind: 'Pod', reason: 'Forbidden', message: 'no' }] as const;
    expect(await gathered('controllerPods', { objects: [withClass, traefik], unreadable })).toMatchObject({
      reason: 'Forbidden',
    });
  });
});

describe('Pods and what keeps them', () => {
  const owned = pod('shop-5c7-1', '10.0.0.1', {
    labels: { app: 'shop', 'pod-template-hash': '5c7' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'shop-5c7', controller: true }],
  });
  const template = { metadata: { labels: { app: 'shop', tier: 'web' } } };
  const objects = [
    ...SHOP.slice(0, 2),
    owned,
    pod('job-1', '10.0.0.2', { ownerReferences: [{ kind: 'Job', name: 'job', controller: true }] }),
    object('Job', 'job', { ownerReferences: [{ kind: 'CronJob', name: 'nightly', controller: true }] }),
    pod('cart-1', '10.0.0.3', { labels: { app: 'cart' } }),
    object('Deployment', 'shop', { spec: { template } }),
    object('ReplicaSet', 'shop-5c7', { spec: { template } }),
    object('StatefulSet', 'db', { spec: { template: { metadata: { labels: { app: 'db' } } } } }),
    object('Node', 'node-1', { spec: { unschedulable: true } }),
  ];

  test('Pods by the selector, with their top-most owners', async () => {
    const { pods, ownerOf } = await value('pods', { objects });
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['job-1', 'shop-5c7-1']);
    expect([...ownerOf].map(([name, { ref }]) => [name, ref])).toEqual([
      ['job-1', 'CronJob/nightly'],
      ['shop-5c7-1', 'Deployment/shop'],
    ]);
  });

  test('owners that may not be looked at leave the Pods what they are', async () => {
    const unreadable = [{ kind: 'Job', reason: 'Forbidden', message: 'no' }] as const;
    const { ownerOf } = await value('pods', { objects, unreadable });
    expect(ownerOf.get('job-1')?.ref).toBe('Job/job');
  });

  test('workloads, neighbours and nodes', async () => {
    const { selected, others } = await value('workloads', { objects });
    expect(selected.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Deployment/shop',
      'ReplicaSet/shop-5c7',
    ]);
    expect(others.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(['StatefulSet/db']);
    const neighbours = await value('neighbours', { objects });
    expect(neighbours.map(({ metadata }) => metadata.name)).toEqual(['cart-1', 'job-1', 'shop-5c7-1']);
    expect([...(await value('nodes', { objects }))]).toMatchObject([
      ['node-1', { spec: { unschedulable: true } }],
    ]);
  });

  test('one kind of workload that may not be looked at closes the slot', async () => {
    const unreadable = [{ kind: 'StatefulSet', reason: 'Forbidden', message: 'no' }] as const;
    expect(await gathered('workloads', { objects, unreadable })).toMatchObject({ reason: 'Forbidden' });
  });

  test.each([
    ['without a selector', { spec: { clusterIP: '10.96.0.20', ports: [] } }],
    [
      'that is an ExternalName',
      { spec: { type: 'ExternalName', externalName: 'x', selector: { app: 'shop' } } },
    ],
  ])('a Service %s has no Pods of its own', async (_, written) => {
    const given = { objects: [service('shop', written)], target: { serviceRef: { name: 'shop', port: 80 } } };
    expect(await gathered('pods', given)).toEqual(NOT_APPLICABLE);
    expect(await gathered('workloads', given)).toEqual(NOT_APPLICABLE);
  });
});

describe('Events', () => {
  const event = (name: string, rest: object) =>
    object('Event', name, { type: 'Warning', reason: name, ...rest });
  const about = (kind: string, name: string, uid?: string) => ({ kind, namespace: 'shop', name, uid });
  const objects = [
    ingress('shop', 'shop.example.com'),
    service('shop'),
    pod('shop-1', '10.0.0.1', { uid: 'new' }),
    event('Old', { note: 'n', regarding: about('Pod', 'shop-1', 'old'), eventTime: '2026-01-01T00:00:09Z' }),
    event('Kubelet', {
      involvedObject: about('Pod', 'shop-1', 'new'),
      message: 'token=abcd',
      lastTimestamp: '2026-01-01T00:00:01Z',
      count: 3,
      source: { component: 'kubelet' },
    }),
    event('Sync', {
      note: 'n',
      regarding: about('Ingress', 'shop'),
      eventTime: '2026-01-01T00:00:02Z',
      series: { count: 9, lastObservedTime: '2026-01-01T00:00:05Z' },
      reportingController: 'ingress',
    }),
    event('Other', { note: 'n', regarding: about('Pod', 'cart-1'), eventTime: '2026-01-01T00:00:03Z' }),
  ];

  test('of the way alone, newest first, both shapes as one, redacted', async () => {
    expect(await value('events', { objects })).toEqual([
      {
        type: 'Warning',
        reason: 'Sync',
        message: 'n',
        time: '2026-01-01T00:00:05Z',
        count: 9,
        reporter: 'ingress',
        regarding: { kind: 'Ingress', namespace: 'shop', name: 'shop' },
      },
      {
        type: 'Warning',
        reason: 'Kubelet',
        message: 'token=…',
        time: '2026-01-01T00:00:01Z',
        count: 3,
        reporter: 'kubelet',
        regarding: { kind: 'Pod', namespace: 'shop', name: 'shop-1', uid: 'new' },
      },
    ]);
  });
});

describe('dials', () => {
  const dialled = async (given: Given) => {
    const dials: string[] = [];
    const dial = async (address: string, port: number) => {
      dials.push(`${address}:${port}`);
      return 'Refused' as const;
    };
    return { value: await gathered('dials', { ...given, sources: { dial } }), dials };
  };

  test('at most five endpoints, ready ones first, and other ports of one Pod', async () => {
    const addresses = [1, 2, 3, 4, 5, 6].map(
      (number) => [`10.0.0.${number}`, `shop-${number}`, number > 1] as const,
    );
    const containers = [
      {
        name: 'shop',
        ports: [{ containerPort: 8080 }, { containerPort: 9090 }, { containerPort: 53, protocol: 'UDP' }],
        readinessProbe: { httpGet: { port: 3000 } },
      },
      {
        name: 'proxy',
        ports: [
          { containerPort: 15001 },
          { containerPort: 15002 },
          { containerPort: 15003 },
          { containerPort: 15004 },
        ],
      },
    ];
    const objects = [
      ...SHOP.slice(0, 2),
      slice(addresses),
      ...addresses.map(([address, name]) => pod(name, address, { spec: { containers } })),
    ];
    const { dials } = await dialled({ objects });
    expect(dials).toEqual([
      ...[2, 3, 4, 5, 6].map((number) => `10.0.0.${number}:8080`),
      ...[9090, 3000, 15001, 15002, 15003].map((port) => `10.0.0.2:${port}`),
    ]);
  });

  test('endpoints of every ReplicaSet and node before more of the same', async () => {
    const places = [
      ['v1-a', 'node-1'],
      ['v1-b', 'node-1'],
      ['v1-c', 'node-2'],
      ['v1-d', 'node-1'],
      ['v1-e', 'node-1'],
      ['v1-f', 'node-1'],
      ['v2-a', 'node-1'],
      ['v2-b', 'node-2'],
    ] as const;
    const endpoints = places.map(([name, nodeName], index) => ({
      addresses: [`10.0.0.${index}`],
      conditions: { ready: true },
      nodeName,
      targetRef: { kind: 'Pod', name: `shop-${name}` },
    }));
    const objects = [...SHOP.slice(0, 2), slice([], { endpoints })];
    const { value } = await dialled({ objects });
    const asked = value.ok ? value.value.map(({ podName }) => podName) : [];
    expect(asked).toEqual(['shop-v1-a', 'shop-v2-b', 'shop-v1-b', 'shop-v1-c', 'shop-v1-d']);
    const few = { hops: 'SafeMethods', podLogs: { enabled: false, tailLines: 1 }, endpoints: 2 } as const;
    const sources = { settings: { ...few, deadlineMilliseconds: 10_000 }, dial: async () => 'Open' as const };
    const crowded = await gathered('dials', { objects, sources });
    expect(crowded.ok && crowded.value.map(({ podName }) => podName)).toEqual(['shop-v1-a', 'shop-v2-b']);
  });

  test('other ports of a running Pod where no endpoint has a port', async () => {
    const objects = [...SHOP.slice(0, 3), slice([['10.0.0.1', 'shop-1']], { ports: [] })];
    expect((await dialled({ objects })).value).toEqual({
      ok: true,
      value: [{ address: '10.0.0.1', port: 8080, podName: 'shop-1', alternative: true, result: 'Refused' }],
    });
  });

  test.each([
    ['what a hop was connected to is open without a dial', { code: 502 }, 'Open', []],
    [
      'what closed a connection is open too',
      { failure: { phase: 'Wait', reason: 'ClosedBeforeHeaders', message: 'no' } },
      'Open',
      [],
    ],
    [
      'what a hop did not reach is dialled',
      { failure: { phase: 'Connect', reason: 'ConnectTimeout', message: 'no' } },
      'Refused',
      ['10.0.0.1:8080'],
    ],
  ] as const)('%s', async (_, seen, result, expected) => {
    const ask = async () => completeObservation(seen, 'http://10.0.0.1:8080/');
    const dials: string[] = [];
    const dial = async (address: string, port: number) => {
      dials.push(`${address}:${port}`);
      return 'Refused' as const;
    };
    expect(await value('dials', { sources: { ask, dial } })).toMatchObject([{ address: '10.0.0.1', result }]);
    expect(dials).toEqual(expected);
  });

  test('none from where nobody dials', async () => {
    expect(await gathered('dials')).toMatchObject({ reason: 'NotConfigured' });
  });
});

describe('hops', () => {
  const asked = async (given: Given & { readonly hops?: 'Disabled' | 'SafeMethods' | 'AnyMethod' }) => {
    const requests: string[] = [];
    const ask = async ({ scheme, address, port, path, withCredentials }: HopRequest) => {
      requests.push(`${scheme}://${address}:${port}${path}${withCredentials ? ' as the probe' : ''}`);
      return completeObservation({ code: 200 }, `${scheme}://${address}:${port}${path}`);
    };
    const settings = {
      hops: given.hops ?? 'SafeMethods',
      podLogs: { enabled: false, tailLines: 1 },
      deadlineMilliseconds: 10_000,
    } as const;
    const slot = await gathered('hops', { ...given, sources: { ask, settings } });
    return slot.ok ? requests : slot.reason;
  };

  test('name what was asked', async () => {
    const ask = async () => completeObservation({ code: 503 }, 'http://x/');
    expect(await value('hops', { sources: { ask } })).toMatchObject([
      { hop: 'Service', ref: 'Service/shop', address: '10.96.0.20', port: 80, observation: { code: 503 } },
      { hop: 'Pod', ref: 'Pod/shop-1', podName: 'shop-1', address: '10.0.0.1', port: 8080 },
    ]);
  });

  test.each([
    ['a TLS alert', { failure: { phase: 'TLS', reason: 'TLSAlert', message: 'no' } }, 'TLSExpected'],
    [
      'a certificate',
      { failure: { phase: 'TLS', reason: 'CertificateUntrusted', message: 'no' }, tls: {} },
      'TLSExpected',
    ],
    ['an answer', { code: 400, tls: {} }, 'TLSExpected'],
    ['an answer that was saved without its scheme', { code: 400 }, 'ClosedBeforeHeaders'],
    ['no TLS', { failure: { phase: 'TLS', reason: 'NotTLS', message: 'no' } }, 'ClosedBeforeHeaders'],
  ])('a plain connection is closed and a TLS handshake brings %s', async (_, secure, expected) => {
    const closed = { failure: { phase: 'Wait', reason: 'ClosedBeforeHeaders', message: 'closed' } } as const;
    const ask = async ({ scheme, withCredentials }: HopRequest) => {
      expect(scheme === 'https' && withCredentials).toBe(false);
      return completeObservation(
        (scheme === 'http' ? closed : secure) as Partial<Observation>,
        `${scheme}://x/`,
      );
    };
    expect(await value('hops', { sources: { ask } })).toMatchObject([
      { hop: 'Service', observation: { failure: { reason: expected } } },
      { hop: 'Pod', observation: { failure: { reason: expected } } },
    ]);
  });

  test.each([
    [
      'a TLS alert',
      { failure: { phase: 'TLS', reason: 'TLSAlert', message: 'no' } },
      undefined,
      'TLSExpected',
    ],
    ['no TLS', { failure: { phase: 'TLS', reason: 'NotTLS', message: 'no' } }, 400, 'UnexpectedStatus'],
  ])('plain HTTP is answered with 400 and a TLS handshake brings %s', async (...[, secure, code, reason]) => {
    const ask = async ({ scheme }: HopRequest) =>
      completeObservation(
        (scheme === 'http' ? { code: 400 } : secure) as Partial<Observation>,
        `${scheme}://x/`,
      );
    const hops = (await value('hops', { sources: { ask } })) as readonly { observation: Observation }[];
    expect(hops.map(({ observation }) => [observation.code, observation.failure?.reason])).toEqual([
      [code, reason],
      [code, reason],
    ]);
  });

  const published = ingress('shop', 'shop.example.com', {
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } },
  });
  const rewriting = ingress('shop', 'shop.example.com', {
    annotations: { 'nginx.ingress.kubernetes.io/rewrite-target': '/app' },
  });
  const opaque = ingress('shop', 'shop.example.com', {
    annotations: { 'nginx.ingress.kubernetes.io/upstream-vhost': '$http_x' },
  });
  const elsewhere = SHOP.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: 'other' } }));

  test.each<[string, Parameters<typeof asked>[0], readonly string[] | string]>([
    [
      'the Service and its Pods',
      {},
      ['http://10.96.0.20:80/cart as the probe', 'http://10.0.0.1:8080/cart as the probe'],
    ],
    [
      'without credentials in another namespace',
      { objects: elsewhere },
      ['http://10.96.0.20:80/cart', 'http://10.0.0.1:8080/cart'],
    ],
    [
      'the controller first, where the name led elsewhere',
      { objects: [published, ...SHOP.slice(1)], seen: { remoteAddress: '198.51.100.1:80' } },
      [
        'http://192.0.2.10:80/cart',
        'http://10.96.0.20:80/cart as the probe',
        'http://10.0.0.1:8080/cart as the probe',
      ],
    ],
    [
      'not the controller again',
      { objects: [published, ...SHOP.slice(1)], seen: { remoteAddress: '192.0.2.10:80' } },
      ['http://10.96.0.20:80/cart as the probe', 'http://10.0.0.1:8080/cart as the probe'],
    ],
    [
      'what the Ingress makes of the path',
      { objects: [rewriting, ...SHOP.slice(1)] },
      ['http://10.96.0.20:80/app as the probe', 'http://10.0.0.1:8080/app as the probe'],
    ],
    [
      'nobody where only the controller knows the request',
      { objects: [opaque, ...SHOP.slice(1)] },
      'NotApplicable',
    ],
    [
      'the Pods alone where the probe asks the Service',
      { target: { serviceRef: { name: 'shop', port: 80, path: '/x' } } },
      ['http://10.0.0.1:8080/x as the probe'],
    ],
    ['nobody with a method that changes something', { seen: { method: 'POST' } }, 'NotConfigured'],
    [
      'with any method where that is allowed',
      { seen: { method: 'POST' }, hops: 'AnyMethod' },
      ['http://10.96.0.20:80/cart as the probe', 'http://10.0.0.1:8080/cart as the probe'],
    ],
    ['nobody where it is disabled', { hops: 'Disabled' }, 'NotConfigured'],
  ])('ask %s', async (_, given, expected) => expect(await asked(given)).toEqual(expected));
});

describe('what a late answer has asked', () => {
  const LATE = { failure: { phase: 'Wait', reason: 'HeaderTimeout', message: 'late' } } as const;
  const late = { code: undefined, ...LATE } as unknown as Partial<Observation>;
  const settings = (hops: 'Disabled' | 'SafeMethods') =>
    ({ hops, podLogs: { enabled: false, tailLines: 1 }, deadlineMilliseconds: 10_000 }) as const;
  const probed = (readinessProbe?: object) => [
    ...SHOP.slice(0, 2),
    pod('shop-1', '10.0.0.1', {
      spec: {
        containers: [{ name: 'shop', ports: [{ name: 'admin', containerPort: 9090 }], readinessProbe }],
      },
    }),
    slice([['10.0.0.1', 'shop-1']]),
  ];

  const asked = async (given: Given, hops: 'Disabled' | 'SafeMethods' = 'SafeMethods') => {
    const requests: HopRequest[] = [];
    const ask = async (request: HopRequest) => {
      requests.push(request);
      return completeObservation({ code: 200 }, 'http://x/');
    };
    const slot = await gathered('health', {
      seen: late,
      ...given,
      sources: { ask, settings: settings(hops) },
    });
    const told = requests.map(
      ({ scheme, address, port, path, withCredentials, isHealthCheck }) =>
        `${scheme}://${address}:${port}${path} ${withCredentials} ${isHealthCheck}`,
    );
    return slot.ok ? told : slot.reason;
  };

  test.each<[string, Given, readonly string[] | string]>([
    ['the usual path at the port of the Service', {}, ['http://10.0.0.1:8080/healthz false true']],
    [
      'the path of the readiness probe, at its port and without its query',
      { objects: probed({ httpGet: { path: 'ready?deep=1', port: 'admin', scheme: 'HTTPS' } }) },
      ['https://10.0.0.1:9090/ready false true'],
    ],
    [
      'the usual path where readiness is probed otherwise',
      { objects: probed({ tcpSocket: { port: 9090 } }) },
      ['http://10.0.0.1:8080/healthz false true'],
    ],
    [
      'nothing that the probe itself has asked',
      { target: { url: 'http://shop.example.com/healthz' } },
      'NotApplicable',
    ],
    ['nothing where the answer came', { seen: { code: 502 } }, 'NotApplicable'],
    [
      'also where the probe itself may not be repeated',
      { seen: { ...late, method: 'POST' } },
      ['http://10.0.0.1:8080/healthz false true'],
    ],
    [
      'no Pod that gets no requests',
      { objects: [...SHOP.slice(0, 3), slice([['10.0.0.1', 'shop-1', false]])] },
      'NotApplicable',
    ],
    [
      'at most two Pods',
      {
        objects: [
          ...SHOP.slice(0, 2),
          ...['1', '2', '3'].map((each) => pod(`shop-${each}`, `10.0.0.${each}`)),
          slice([
            ['10.0.0.1', 'shop-1'],
            ['10.0.0.2', 'shop-2'],
            ['10.0.0.3', 'shop-3'],
          ]),
        ],
      },
      ['http://10.0.0.1:8080/healthz false true', 'http://10.0.0.2:8080/healthz false true'],
    ],
  ])('is %s', async (_, given, expected) => expect(await asked(given)).toEqual(expected));

  test('is nothing where hops are disabled', async () => {
    expect(await asked({}, 'Disabled')).toBe('NotConfigured');
  });

  test.each<[string, Partial<Observation>, 'Disabled' | 'SafeMethods', string]>([
    ['once more', late, 'SafeMethods', 'asked'],
    [
      'once more where the answer was only slower than wanted',
      { code: 200, failure: { ...LATE.failure, reason: 'TooSlow' } },
      'SafeMethods',
      'asked',
    ],
    ['not again where it changes something', { ...late, method: 'POST' }, 'SafeMethods', 'NotConfigured'],
    ['not again where hops are disabled', late, 'Disabled', 'NotConfigured'],
    ['not again where the answer came', { code: 502 }, 'SafeMethods', 'NotApplicable'],
  ])('the probe is sent %s', async (_, seen, hops, expected) => {
    const repeat = async () => completeObservation({ code: 204 }, 'http://x/');
    const slot = await gathered('repeat', { seen, sources: { repeat, settings: settings(hops) } });
    expect(slot.ok ? 'asked' : slot.reason).toBe(expected);
    if (slot.ok) expect(slot.value.code).toBe(204);
  });
});

describe('metrics of Pods', () => {
  const limited = (name: string, limits?: object) =>
    pod(name, '10.0.0.1', { spec: { containers: [{ name: 'shop', resources: { limits } }] } });
  const measured = (name: string) =>
    object('PodMetrics', name, { timestamp: '2026-01-01T00:00:00Z', window: '15s', containers: [] });

  const looked = async (pods: readonly RawObject[], given: Given = {}) => {
    const { looks, reader } = noting(createObjectsReader([...SHOP.slice(0, 2), ...pods]));
    const slot = await gathered('podMetrics', { ...given, sources: { reader } });
    return { slot, looks: looks.filter((look) => look.includes('PodMetrics')) };
  };

  test('are got of the Pods with limits by name, at most five, and of no other', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const pods = [...names.map((name) => limited(name, { cpu: '1' })), limited('free')];
    const { slot, looks } = await looked([...pods, measured('a'), measured('f')]);
    expect(looks).toEqual(names.slice(0, 5).map((name) => `get PodMetrics shop ${name}`));
    expect(slot).toMatchObject({ ok: true, value: [{ metadata: { name: 'a' } }] });
  });

  test('are not asked for where no Pod has a limit, or where the answer tells enough', async () => {
    expect(await looked([limited('a')])).toEqual({ slot: NOT_APPLICABLE, looks: [] });
    expect(await looked([limited('a', { cpu: '1' })], { seen: { code: 404 } })).toEqual({
      slot: NOT_APPLICABLE,
      looks: [],
    });
  });

  test('that may not be read are not absent', async () => {
    const unreadable = [{ kind: 'PodMetrics', reason: 'Forbidden', message: 'no' }] as const;
    const objects = [...SHOP.slice(0, 2), limited('a', { cpu: '1' })];
    expect(await gathered('podMetrics', { objects, unreadable })).toMatchObject({ reason: 'Forbidden' });
  });
});

describe('logs', () => {
  const status = (name: string, rest: object) => ({ name, ready: false, restartCount: 0, ...rest });
  const withStatuses = (
    name: string,
    containerStatuses: readonly object[],
    initContainerStatuses: readonly object[] = [],
  ) => pod(name, '10.0.0.1', { status: { phase: 'Running', containerStatuses, initContainerStatuses } });
  const running = { state: { running: {} } };
  const crashed = {
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  };

  const read = async (pods: readonly RawObject[], given: Given = {}) => {
    const requests: string[] = [];
    const readLog = async ({ podName, container, previous }: LogRequest) => {
      requests.push(`${podName} ${container}${previous ? ' previous' : ''}`);
      return found('first\npassword=x\n\nlast\n');
    };
    const settings = {
      hops: 'Disabled',
      podLogs: { enabled: true, tailLines: 2 },
      deadlineMilliseconds: 10_000,
    } as const;
    const objects = [...SHOP.slice(0, 2), ...pods];
    const slot = await gathered('logs', {
      objects,
      ...given,
      sources: { readLog, settings, ...given.sources },
    });
    return { slot, requests };
  };

  test('of the run that ended, of containers in trouble first, redacted', async () => {
    const pods = [
      withStatuses('a', [status('shop', { ...running, ready: true })]),
      withStatuses('b', [
        status('shop', crashed),
        status('starts', { state: { waiting: { reason: 'ImagePullBackOff' } } }),
      ]),
      withStatuses(
        'c',
        [status('shop', { state: { terminated: { exitCode: 2 } } })],
        [status('init', { state: { terminated: { exitCode: 0 } } })],
      ),
    ];
    const { slot, requests } = await read(pods);
    expect(requests).toEqual(['b shop previous', 'c shop', 'a shop']);
    expect(slot).toMatchObject({
      value: [{ podName: 'b', container: 'shop', previous: true, lines: ['password=…', 'last'] }, {}, {}],
    });
  });

  test('at most four', async () => {
    const pods = ['a', 'b', 'c', 'd', 'e'].map((name) => withStatuses(name, [status('shop', crashed)]));
    expect((await read(pods)).requests).toHaveLength(4);
  });

  test('of no other namespace', async () => {
    const objects = [...SHOP.slice(0, 2), withStatuses('a', [status('shop', running)])].map((each) => ({
      ...each,
      metadata: { ...each.metadata, namespace: 'other' },
    }));
    const { slot, requests } = await read([], { objects });
    expect(slot).toMatchObject({ reason: 'NotPermitted' });
    expect(requests).toEqual([]);
  });

  const quiet = withStatuses('a', [status('shop', { ...running, ready: true })]);
  const restarted = (finishedAt: string) =>
    withStatuses('a', [
      status('shop', {
        ...running,
        ready: true,
        restartCount: 1,
        lastState: { terminated: { exitCode: 1, finishedAt } },
      }),
    ]);
  const byNginx = { layer: 'Ingress', product: 'nginx', confidence: 'High', evidence: [] } as const;

  test.each<[string, RawObject, Partial<Observation>, readonly string[]]>([
    ['what may have answered so', quiet, { code: 500 }, ['a shop']],
    ['not what a gateway has answered by itself', quiet, { code: 502, answeredBy: byNginx }, []],
    ['not what has not answered', quiet, { code: undefined } as unknown as Partial<Observation>, []],
    ['not what only redirects', quiet, { code: 302 }, []],
    [
      'what ended a short while ago',
      restarted('2025-12-31T23:58:00Z'),
      { code: 502, answeredBy: byNginx },
      ['a shop'],
    ],
    ['not what ended long ago', restarted('2025-12-31T20:00:00Z'), { code: 502, answeredBy: byNginx }, []],
  ])('of %s', async (_, one, seen, expected) => {
    const { slot, requests } = await read([one], { seen });
    expect(requests).toEqual(expected);
    expect(slot).toMatchObject(expected.length === 0 ? NOT_APPLICABLE : { ok: true });
  });

  test('of nobody where the probe does not ask for them', async () => {
    expect(await gathered('logs')).toEqual(NOT_APPLICABLE);
  });

  test('a log that may not be read is not an empty one', async () => {
    const readLog = async () => couldNotLook('Forbidden', 'no');
    const { slot } = await read([withStatuses('a', [status('shop', running)])], { sources: { readLog } });
    expect(slot).toMatchObject({ reason: 'Forbidden' });
  });
});

describe('what the answer says', () => {
  const page =
    '<!DOCTYPE html><html><head><title>Oops</title><style>p{}</style></head><body><p>No &lt;cart&gt;</p>';
  const readLog = async () => found('');
  const settings = {
    hops: 'Disabled',
    podLogs: { enabled: true, tailLines: 2 },
    deadlineMilliseconds: 10_000,
  } as const;
  const said = (bodyStart: string, given: Given = {}, sources: Partial<Sources> = {}) =>
    gathered('answerText', {
      ...given,
      seen: { code: 500, bodyStart, ...given.seen },
      sources: { settings, readLog, ...sources },
    });

  test.each([
    ['JSON', '{\n  "error": "no cart",\n  "password":"hunter2"\n}', '{ "error": "no cart", "password":"…" }'],
    ['a page', page, 'Oops No <cart>'],
    ['a page with a stack trace', `${page}<pre>x\nTypeError: no cart<br>  at f</pre>`, 'TypeError: no cart'],
    [
      'a stack trace',
      'Internal error\njava.lang.IllegalStateException: no cart\n\tat A.b',
      'java.lang.IllegalStateException: no cart',
    ],
    ['a long text', 'é'.repeat(200), `${'é'.repeat(126)}…`],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toEqual({ ok: true, value: expected });
  });

  const elsewhere = SHOP.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: 'other' } }));
  const byNginx = { layer: 'Ingress', product: 'nginx', confidence: 'High', evidence: [] } as const;
  test.each<[string, Given, Partial<Sources>]>([
    ['of another namespace', { objects: elsewhere }, {}],
    [
      'where the probe does not ask for it',
      {},
      { settings: { ...settings, podLogs: { enabled: false, tailLines: 2 } } },
    ],
    ['that a gateway wrote', { seen: { answeredBy: byNginx } }, {}],
    ['that is no error', { seen: { code: 200 } }, {}],
    ['that is empty', { seen: { bodyStart: ' ' } }, {}],
  ])('is not shown %s', async (_, given, sources) => {
    expect(await said('no cart', given, sources)).toEqual(NOT_APPLICABLE);
  });

  test('is not shown where the operator does not allow it', async () => {
    expect(
      await gathered('answerText', { seen: { code: 500, bodyStart: 'x' }, sources: { settings } }),
    ).toEqual(NOT_APPLICABLE);
  });
});
