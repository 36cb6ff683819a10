import type { ApiObject } from '../../../src/kubernetes/resources.ts';

/** How large a cluster is. Each Service has an Ingress, a Deployment, its Pods and its StatusProbes. */
export interface Size {
  readonly services: number;
  readonly podsPerService: number;
  readonly probesPerService: number;
  readonly interval: string;
}

/** One Service with all that belongs to it, told by its number. */
export interface Application {
  readonly number: number;
  readonly namespace: string;
  readonly name: string;
}

const APPLICATIONS_PER_NAMESPACE = 10;
/** Where the ingress controller of the bench answers. */
export const INGRESS_ADDRESS = '10.0.0.1';
export const POD_PORT = 8080;

export const applicationsOf = ({ services }: Size): readonly Application[] =>
  Array.from({ length: services }, (_, number) => ({
    number,
    namespace: `team-${Math.floor(number / APPLICATIONS_PER_NAMESPACE)}`,
    name: `app-${number % APPLICATIONS_PER_NAMESPACE}`,
  }));

const labelsOf = ({ name, namespace }: Application) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': `${name}-${namespace}`,
  'app.kubernetes.io/version': '1.42.7',
  'app.kubernetes.io/managed-by': 'Helm',
  'app.kubernetes.io/part-of': namespace,
  'helm.sh/chart': `${name}-0.9.3`,
});

const hostOf = ({ name, namespace }: Application): string => `${name}.${namespace}.bench.test`;
const podIP = ({ number }: Application, index: number, podsPerService: number): string => {
  const address = number * podsPerService + index;
  return `10.${42 + Math.floor(address / 62_500)}.${Math.floor(address / 250) % 250}.${(address % 250) + 1}`;
};
const podNameOf = ({ name }: Application, index: number): string => `${name}-5d8f7c9b6-${1000 + index}`;

const owned = (kind: string, name: string) => [
  { apiVersion: 'apps/v1', kind, name, uid: `uid-${kind}-${name}`, controller: true },
];

/** As charts write them: much of a Pod is what no check reads. */
const container = (name: string, { namespace }: Application) => ({
  name,
  image: `registry.bench.test/${namespace}/${name}:1.42.7`,
  ports: [{ name: 'http', containerPort: POD_PORT }],
  env: Array.from({ length: 40 }, (_, index) => ({
    name: `${name.toUpperCase().replaceAll('-', '_')}_SETTING_${index}`,
    value: `https://service-${index}.${namespace}.svc.cluster.local:8443/path/of/setting`,
  })),
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
  livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 10 },
  volumeMounts: [
    { name: 'settings', mountPath: '/etc/settings', readOnly: true },
    { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
  ],
});

const template = (application: Application) => ({
  metadata: { labels: labelsOf(application), annotations: { 'checksum/config': 'a'.repeat(64) } },
  spec: {
    serviceAccountName: 'default',
    containers: [container(application.name, application)],
    volumes: [
      { name: 'settings', configMap: { name: `${application.name}-settings` } },
      {
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] },
      },
    ],
  },
});

export function podOf(application: Application, index: number): ApiObject {
  const { namespace, name } = application;
  const { metadata, spec } = template(application);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: podNameOf(application, index),
      ...metadata,
      ownerReferences: owned('ReplicaSet', `${name}-5d8f7c9b6`),
    },
    spec: { ...spec, nodeName: `node-${index % 10}` },
  };
}

const condition = (type: string) => ({
  type,
  status: 'True',
  lastProbeTime: null,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

export function podStatusOf(application: Application, index: number, podsPerService: number) {
  const address = podIP(application, index, podsPerService);
  return {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: '10.1.0.1',
    startTime: '2026-01-01T00:00:00Z',
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
    containerStatuses: [
      {
        name: application.name,
        ready: true,
        started: true,
        restartCount: 0,
        image: 'registry.bench.test/app:1.42.7',
        imageID: `registry.bench.test/app@sha256:${'b'.repeat(64)}`,
        containerID: `containerd://${'c'.repeat(64)}`,
        state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
      },
    ],
  };
}

/** Everything of an application but its Pods and StatusProbes. */
export function frameOf(application: Application, podsPerService: number): readonly ApiObject[] {
  const { namespace, name } = application;
  const labels = labelsOf(application);
  const selector = { matchLabels: { 'app.kubernetes.io/name': name } };
  const metadata = { namespace, name, labels };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: selector.matchLabels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata,
      spec: {
        ingressClassName: 'bench',
        rules: [
          {
            host: hostOf(application),
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: podsPerService, selector, template: template(application) },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { ...metadata, name: `${name}-5d8f7c9b6`, ownerReferences: owned('Deployment', name) },
      spec: { replicas: podsPerService, selector, template: template(application) },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace,
        name: `${name}-x7k2p`,
        labels: { ...labels, 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      endpoints: Array.from({ length: podsPerService }, (_, index) => ({
        addresses: [podIP(application, index, podsPerService)],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: `node-${index % 10}`,
        targetRef: { kind: 'Pod', namespace, name: podNameOf(application, index) },
      })),
      ports: [{ name: 'http', port: POD_PORT, protocol: 'TCP' }],
    },
  ];
}

/** By turns one that asks the Ingress and one that asks its URL. */
export function probeOf(application: Application, index: number, { interval }: Size): ApiObject {
  const { namespace, name } = application;
  const byURL = {
    target: { url: `http://${hostOf(application)}/page-${index}` },
    request: { connectTo: { host: INGRESS_ADDRESS, port: 80 } },
  };
  const byReference = { target: { ingressRef: { name, path: `/page-${index}` } } };
  return {
    apiVersion: 'statusprobe.dev/v1alpha1',
    kind: 'StatusProbe',
    metadata: { namespace, name: `${name}-page-${index}` },
    spec: { interval, ...(index % 2 === 0 ? byURL : byReference) },
  };
}

/** Its Pods are found by their labels, as those of every chart. */
export const CONTROLLER: Application = { number: 0, namespace: 'ingress-nginx', name: 'ingress-nginx' };

/** What all applications stand on. */
export const foundation = (): readonly ApiObject[] => [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'bench' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  },
  ...Array.from({ length: 10 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
  })),
];
