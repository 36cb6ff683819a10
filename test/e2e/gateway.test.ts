import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../hack/demo/cluster.ts';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { manifestsFor } from '../faulty-app/manifests.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type NodeCluster, openNodeCluster, whyNoNode } from '../support/node-cluster.ts';

const MINUTE = 60_000;
const NAMESPACE = 'statusprobe-gateway';
const BACKENDS = 'statusprobe-gateway-backends';
const GATEWAY_API = 'gateway.networking.k8s.io/v1';

/** A route that is sound but for what is given. */
interface RouteParts {
  readonly path?: string;
  readonly backend?: object;
  readonly parent?: object;
  readonly filters?: readonly object[];
}

interface Case {
  readonly name: string;
  readonly route?: RouteParts;
  /** What is asked where it is not the HTTPRoute itself. */
  readonly probe?: (address: string) => object;
  /** Owner, layer, reason, culprit. */
  readonly verdict: readonly [string, string, string, string?];
  readonly code?: number;
}

const HEALTHY = ['None', 'None', 'Healthy'] as const;

const CASES: readonly Case[] = [
  { name: 'healthy', verdict: HEALTHY, code: 200 },
  {
    name: 'by-url',
    probe: (address) => ({
      target: { url: 'http://by-url.gateway.test/' },
      request: { connectTo: { host: address } },
    }),
    verdict: HEALTHY,
    code: 200,
  },
  {
    // The pinned Traefik has no eye for them yet.
    name: 'listener-set-not-handled',
    route: { parent: { kind: 'ListenerSet', name: 'extra' } },
    verdict: ['DevOps', 'Ingress', 'ListenerSetNotHandled', 'ListenerSet/extra'],
    code: 404,
  },
  {
    name: 'listener-set-missing',
    route: { parent: { kind: 'ListenerSet', name: 'exrta' } },
    verdict: ['DevOps', 'Ingress', 'GatewayNotFound', 'HTTPRoute/listener-set-missing'],
  },
  {
    name: 'wrong-target-port',
    route: { backend: { name: 'wrong-target-port', port: 80 } },
    verdict: ['DevOps', 'Service', 'TargetPortNotOpen', 'Service/wrong-target-port'],
    code: 502,
  },
  {
    name: 'path-matches-nothing',
    route: { path: '/shop' },
    probe: () => ({ target: { httpRouteRef: { name: 'path-matches-nothing', path: '/cart' } } }),
    verdict: ['DevOps', 'Ingress', 'PathMatchesNoHTTPRouteRule', 'HTTPRoute/path-matches-nothing'],
    code: 404,
  },
  {
    name: 'url-matches-nothing',
    route: { path: '/shop' },
    probe: (address) => ({
      target: { url: 'http://url-matches-nothing.gateway.test/cart' },
      request: { connectTo: { host: address } },
    }),
    verdict: ['DevOps', 'Ingress', 'PathMatchesNoHTTPRouteRule', 'HTTPRoute/url-matches-nothing'],
    code: 404,
  },
  {
    name: 'backend-missing',
    route: { backend: { name: 'ap', port: 80 } },
    verdict: ['DevOps', 'Ingress', 'HTTPRouteBackendNotFound', 'HTTPRoute/backend-missing'],
    code: 500,
  },
  {
    name: 'grant-missing',
    route: { backend: { name: 'app', namespace: BACKENDS, port: 80 } },
    verdict: ['DevOps', 'Ingress', 'ReferenceGrantMissing', 'HTTPRoute/grant-missing'],
    code: 500,
  },
  {
    name: 'listener-missing',
    route: { parent: { sectionName: 'htpp' } },
    verdict: ['DevOps', 'Ingress', 'ListenerNotFound', 'HTTPRoute/listener-missing'],
    code: 404,
  },
  {
    name: 'gateway-missing',
    route: { parent: { name: 'wbe' } },
    verdict: ['DevOps', 'Ingress', 'GatewayNotFound', 'HTTPRoute/gateway-missing'],
  },
  {
    name: 'class-missing',
    route: { parent: { name: 'unserved' } },
    verdict: ['DevOps', 'Ingress', 'GatewayClassNotFound', 'Gateway/unserved'],
  },
  {
    name: 'redirected',
    route: {
      filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'www.gateway.test' } }],
    },
    probe: () => ({
      target: { httpRouteRef: { name: 'redirected' } },
      request: { maxRedirects: 0 },
    }),
    verdict: ['DevOps', 'Ingress', 'HTTPRouteRedirects', 'HTTPRoute/redirected'],
    code: 302,
  },
];

const LISTENER = { name: 'http', port: 80, protocol: 'HTTP' };

const gateway = (name: string, gatewayClassName: string) => ({
  apiVersion: GATEWAY_API,
  kind: 'Gateway',
  metadata: { name },
  spec: { gatewayClassName, listeners: [LISTENER], allowedListeners: { namespaces: { from: 'Same' } } },
});

const listenerSet = (name: string, hostname: string) => ({
  apiVersion: GATEWAY_API,
  kind: 'ListenerSet',
  metadata: { name },
  spec: { parentRef: { name: 'web' }, listeners: [{ ...LISTENER, hostname }] },
});

const httpRoute = (name: string, { path = '/', backend, parent, filters }: RouteParts = {}) => {
  const backendRefs = [backend ?? { name: 'app', port: 80 }];
  const rule = { matches: [{ path: { type: 'PathPrefix', value: path } }], filters };
  return {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'web', ...parent }],
      hostnames: [`${name}.gateway.test`],
      rules: [filters === undefined ? { ...rule, backendRefs } : rule],
    },
  };
};

function removeNamespaces({ kubectl }: Cluster) {
  kubectl(['delete', 'namespace', NAMESPACE, BACKENDS, '--ignore-not-found', '--timeout=120s']);
}

function apply({ kubectl }: Cluster, namespace: string, items: readonly object[]) {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  kubectl(['-n', namespace, 'apply', '--server-side', '--force-conflicts', '-f', '-'], list);
}

function deploy(cluster: Cluster) {
  const { kubectl, faultyAppImage: image } = cluster;
  const make = manifestsFor({ image, ingressClassName: '', domain: 'gateway.test' });
  removeNamespaces(cluster);
  kubectl(['create', 'namespace', NAMESPACE]);
  kubectl(['create', 'namespace', BACKENDS]);
  apply(cluster, BACKENDS, [make.deployment('app'), make.service('app')]);
  apply(cluster, NAMESPACE, [
    make.deployment('app'),
    make.service('app'),
    make.service('wrong-target-port', {
      selector: { app: 'app' },
      ports: [{ name: 'http', port: 80, targetPort: 8081 }],
    }),
    gateway('web', 'traefik'),
    gateway('unserved', 'treafik'),
    listenerSet('extra', 'listener-set-not-handled.gateway.test'),
    ...CASES.map(({ name, route }) => httpRoute(name, route)),
  ]);
  const wait = (...args: string[]) => kubectl(['-n', NAMESPACE, 'wait', '--timeout=120s', ...args]);
  wait('--for=condition=Available', 'deployment/app');
  wait('--for=condition=Programmed', 'gateway/web');
  const address = wait(
    '--for=jsonpath={.status.addresses[0].value}',
    'gateway/web',
    '-o',
    'jsonpath={.status.addresses[0].value}',
  );
  apply(
    cluster,
    NAMESPACE,
    CASES.map(({ name, probe }) =>
      make.statusProbe(name, { target: { httpRouteRef: { name } }, ...probe?.(address) }),
    ),
  );
}

const wordsOf = ({ verdict, lastProbe }: StatusProbeStatus) => [
  verdict?.owner,
  verdict?.layer,
  verdict?.reason,
  verdict?.culprit?.ref,
  lastProbe?.code,
];

const isSkipped = isLeftOut('the Gateway API on a real node', whyNoNode());

describe.skipIf(isSkipped)('the Gateway API on a real node', { timeout: 5 * MINUTE }, () => {
  let cluster: NodeCluster;

  beforeAll(async () => {
    cluster = openNodeCluster();
    deploy(cluster);
  }, 40 * MINUTE);

  afterAll(() => {
    if (cluster !== undefined) removeNamespaces(cluster);
  }, 5 * MINUTE);

  it.each(CASES.map((each) => [each.name, each] as const))('%s', async (name, { verdict, code }) => {
    const [owner, layer, reason, culprit] = verdict;
    const status = await cluster.awaitStatus(NAMESPACE, name, (seen) => seen?.verdict?.reason === reason);
    expect(wordsOf(status)).toEqual([owner, layer, reason, culprit, code]);
  });

  it('draws the way through Gateway and HTTPRoute', async () => {
    const { path = [] } = await cluster.awaitStatus(
      NAMESPACE,
      'wrong-target-port',
      (seen) => seen?.verdict?.reason === 'TargetPortNotOpen',
    );
    expect(path.slice(0, 4).map(({ hop, ref, result }) => `${hop} ${ref} ${result}`)).toEqual([
      'DNS undefined OK',
      'Gateway Gateway/web OK',
      'HTTPRoute HTTPRoute/wrong-target-port OK',
      'Service Service/wrong-target-port Failed',
    ]);
  });

  it('sees that a ReferenceGrant is created', async () => {
    const grant = {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { name: 'routes' },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: NAMESPACE }],
        to: [{ group: '', kind: 'Service' }],
      },
    };
    apply(cluster, BACKENDS, [grant]);
    const mended = await cluster.awaitStatus(
      NAMESPACE,
      'grant-missing',
      (seen) => seen?.verdict?.reason === 'Healthy',
    );
    expect(mended.lastFailure).toMatchObject({ owner: 'DevOps', reason: 'ReferenceGrantMissing' });
  });

  it('diagnose says the same of an HTTPRoute', () => {
    const printed = cluster.statusprobe([
      'diagnose',
      'httproute/backend-missing',
      '-n',
      NAMESPACE,
      '-o',
      'json',
    ]);
    const { verdict } = JSON.parse(printed.stdout) as StatusProbeStatus;
    expect([printed.code, verdict?.reason]).toEqual([1, 'HTTPRouteBackendNotFound']);
  });
});
