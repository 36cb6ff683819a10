import { parseAllDocuments } from 'yaml';
import type { StatusProbeSpec } from '../../src/api/generated.ts';
import type { Installation } from './installation.ts';

export const BROKEN_NAMESPACE = 'shop';
const FIELDS = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** Kinds that a cluster need not have. */
const KINDS_OF_OTHERS: readonly Definition[] = [
  ...(
    [
      ['HTTPRoute', 'httproutes', 'Namespaced', 'v1'],
      ['Gateway', 'gateways', 'Namespaced', 'v1'],
      ['GatewayClass', 'gatewayclasses', 'Cluster', 'v1'],
      ['ReferenceGrant', 'referencegrants', 'Namespaced', 'v1beta1'],
      ['BackendTLSPolicy', 'backendtlspolicies', 'Namespaced', 'v1'],
      ['ListenerSet', 'listenersets', 'Namespaced', 'v1'],
    ] as const
  ).map(([kind, plural, scope, version]) => ({
    group: 'gateway.networking.k8s.io',
    kind,
    plural,
    scope,
    version,
  })),
  ...['elbv2.k8s.aws', 'eks.amazonaws.com'].map((group) => ({
    group,
    kind: 'TargetGroupBinding',
    plural: 'targetgroupbindings',
    scope: 'Namespaced' as const,
    version: group === 'elbv2.k8s.aws' ? 'v1beta1' : 'v1',
  })),
];

const definitionOf = ({ group, version, kind, plural, scope }: Definition) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.${group}`,
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api' },
  },
  spec: {
    group,
    scope,
    names: { plural, singular: kind.toLowerCase(), kind },
    versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: FIELDS } }],
  },
});

/** One Service with Pods of every kind of owner, behind an Ingress and an HTTPRoute. */
const OBJECTS = `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: traefik }
spec: { controller: traefik.io/ingress-controller }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { namespace: shop, name: web }
spec:
  ingressClassName: traefik
  rules:
    - host: shop.test
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: shop, name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: shop, name: closed }
spec: { podSelector: {}, policyTypes: [Ingress] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { namespace: shop, name: web }
spec: { minReplicas: 1, maxReplicas: 2, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: traefik }
spec: { controllerName: traefik.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { namespace: shop, name: web }
spec: { gatewayClassName: traefik, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { namespace: shop, name: web }
spec:
  hostnames: [route.test]
  parentRefs: [{ name: web }]
  rules: [{ backendRefs: [{ name: web, port: 80 }, { name: web, namespace: other, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { namespace: shop, name: by-set }
spec:
  hostnames: [set.test]
  parentRefs: [{ group: gateway.networking.k8s.io, kind: ListenerSet, name: web }]
  rules: [{ backendRefs: [{ name: web, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { namespace: shop, name: web }
spec: { parentRef: { name: web }, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;

interface Status {
  readonly resource: string;
  readonly name: string;
  readonly status: object;
}

const OWNERS = [
  ['ReplicaSet', 'apps/v1', 'web-1'],
  ['StatefulSet', 'apps/v1', 'web'],
  ['DaemonSet', 'apps/v1', 'web'],
  ['Job', 'batch/v1', 'web'],
] as const;

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }] },
};
const selector = { matchLabels: { app: 'web' } };
const inNamespace = (name: string, more: object = {}) => ({ namespace: BROKEN_NAMESPACE, name, ...more });

const WORKLOADS = [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: inNamespace('web'), spec: { selector, template } },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: inNamespace('web'),
    spec: { serviceName: 'web', selector, template },
  },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: inNamespace('web'), spec: { selector, template } },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: inNamespace('web'),
    spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
  },
];

/** Puts a cluster together in which nothing works, without the programs that would do so. */
export async function brokenCluster({ apply, kubectl }: Installation): Promise<void> {
  await apply(...KINDS_OF_OTHERS.map(definitionOf));
  await kubectl('wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all');
  await apply(
    ...['shop', 'other'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } },
  );
  await apply(...parseAllDocuments(OBJECTS).map((document) => document.toJS() as object), ...WORKLOADS);
  const uidOf = async (kind: string, name: string) =>
    kubectl('-n', BROKEN_NAMESPACE, 'get', kind, name, '-o', 'jsonpath={.metadata.uid}');
  const owner = async (apiVersion: string, kind: string, name: string) => ({
    ownerReferences: [{ apiVersion, kind, name, uid: await uidOf(kind, name), controller: true }],
  });
  await apply({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: inNamespace('web-1', await owner('apps/v1', 'Deployment', 'web')),
    spec: { selector, template },
  });
  for (const [kind, apiVersion, name] of OWNERS) {
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: inNamespace(`web-${kind.toLowerCase()}`, {
        labels: { app: 'web' },
        ...(await owner(apiVersion, kind, name)),
      }),
      spec: { nodeName: 'node', containers: [{ name: 'web', image: 'web:1' }] },
    });
  }
  for (const { resource, name, status } of statuses()) {
    await kubectl(
      ...['-n', BROKEN_NAMESPACE, 'patch', resource, name, '--type=merge'],
      ...(resource.includes('.') ? [] : ['--subresource=status']),
      ...['-p', JSON.stringify({ status })],
    );
  }
}

function statuses(): readonly Status[] {
  const crashed = {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
    containerStatuses: [
      {
        name: 'web',
        image: 'web:1',
        imageID: '',
        ready: false,
        restartCount: 5,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  };
  return [
    {
      resource: 'node',
      name: 'node',
      status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }] },
    },
    { resource: 'ingress', name: 'web', status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } } },
    {
      resource: 'gateways.gateway.networking.k8s.io',
      name: 'web',
      status: { addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] },
    },
    ...OWNERS.map(([kind]) => ({ resource: 'pod', name: `web-${kind.toLowerCase()}`, status: crashed })),
  ];
}

interface Broken {
  readonly name: string;
  readonly spec: Pick<StatusProbeSpec, 'target'> & { readonly timeout: string };
}

/** What to probe of it: an answer of each kind, through an Ingress and a Gateway. */
export const BROKEN = (port: number): readonly Broken[] => [
  ...['502', '503', '504', '404'].map((code) => ({
    name: `ingress-${code}`,
    spec: { target: { ingressRef: { name: 'web', port, path: `/${code}` } }, timeout: '30s' },
  })),
  ...['web', 'by-set'].map((name) => ({
    name: `route-${name}`,
    spec: { target: { httpRouteRef: { name, port, path: '/503' } }, timeout: '30s' },
  })),
];
