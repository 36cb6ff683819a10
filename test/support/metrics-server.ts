import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from './test-certificates.ts';

/** `metrics.k8s.io/v1beta1`, as metrics-server serves it. */
export interface ServedPodMetrics {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly {
    readonly name: string;
    readonly usage: Readonly<Record<'cpu' | 'memory', string>>;
  }[];
}

const GROUP = 'metrics.k8s.io';
const ROOT = `/apis/${GROUP}/v1beta1`;
const TYPE = { apiVersion: `${GROUP}/v1beta1`, kind: 'PodMetrics' };

const DISCOVERY = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/v1beta1`,
  resources: [
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
};

const notFound = (name: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: `podmetrics.${GROUP} "${name}" not found`,
  reason: 'NotFound',
  details: { name, group: GROUP, kind: 'podmetrics' },
  code: 404,
});

/** What is answered to a path; undefined for one that nobody knows. */
function answer(path: string, pods: readonly ServedPodMetrics[]): object | undefined {
  if (path === ROOT) return DISCOVERY;
  const [, namespace, name] =
    /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods(?:\/([^/]+))?$/.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  const all = pods.filter(({ metadata }) => metadata.namespace === namespace);
  if (name === undefined)
    return { kind: 'PodMetricsList', apiVersion: TYPE.apiVersion, metadata: {}, items: all };
  const pod = all.find(({ metadata }) => metadata.name === name);
  return pod === undefined ? notFound(name) : { ...TYPE, ...pod };
}

/** A stand-in of metrics-server on loopback; up to the caller to stop it. */
export async function startMetricsServer(pods: readonly ServedPodMetrics[]) {
  const { cert, key } = await (await createAuthority()).issue(['localhost']);
  const server = createServer({ cert, key }, ({ url = '/' }, response) => {
    const body = answer(url.replace(/\?.*/, ''), pods) ?? notFound(url);
    const code = 'code' in body ? Number(body.code) : 200;
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What makes an API server on the same machine hand requests for metrics on to that port. */
export const metricsRegistration = (port: number): readonly object[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'metrics-server', namespace: 'kube-system' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1beta1.${GROUP}` },
    spec: {
      group: GROUP,
      version: 'v1beta1',
      service: { name: 'metrics-server', namespace: 'kube-system', port },
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
    },
  },
];
