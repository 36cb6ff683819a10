/** Applications that are broken in one known way each, and the verdict that says so: the demo and the e2e suite run them. */
export interface Application {
  readonly name: string;
  /** What was done to it, in words. */
  readonly fault: string;
  /** Environment of the container; MODE chooses what app.js does. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly replicas?: number;
  readonly memoryLimit?: string;
  readonly readinessPath?: string;
  readonly selector?: string;
  readonly targetPort?: number;
  readonly ingressPath?: string;
  /** Path that the probe asks. */
  readonly path?: string;
  readonly expected: {
    readonly healthy: 'True' | 'False';
    readonly owner: string;
    readonly layer: string;
    readonly reason: string;
    readonly culprit?: string;
  };
}

const PORT = 8080;
export const INTERVAL_SECONDS = 5;
export const TIMEOUT_SECONDS = 2;

export const APPLICATIONS: readonly Application[] = [
  {
    name: 'healthy',
    fault: 'nothing is broken',
    expected: { healthy: 'True', owner: 'None', layer: 'None', reason: 'Healthy' },
  },
  {
    name: 'wrong-target-port',
    fault: 'the Service sends to a port on which nobody listens',
    targetPort: 8081,
    expected: {
      healthy: 'False',
      owner: 'DevOps',
      layer: 'Service',
      reason: 'TargetPortNotOpen',
      culprit: 'Service/wrong-target-port',
    },
  },
  {
    name: 'selector-typo',
    fault: 'a typing error in the selector of the Service',
    selector: 'selector-tpyo',
    expected: {
      healthy: 'False',
      owner: 'DevOps',
      layer: 'Service',
      reason: 'SelectorMatchesNoPods',
      culprit: 'Service/selector-typo',
    },
  },
  {
    name: 'scaled-to-zero',
    fault: 'the Deployment has 0 replicas',
    replicas: 0,
    expected: {
      healthy: 'False',
      owner: 'DevOps',
      layer: 'Pod',
      reason: 'ScaledToZero',
      culprit: 'Deployment/scaled-to-zero',
    },
  },
  {
    name: 'crash-loop',
    fault: 'the process exits at start',
    environment: { MODE: 'crash' },
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Pod',
      reason: 'CrashLoop',
      culprit: 'Deployment/crash-loop',
    },
  },
  {
    name: 'out-of-memory',
    fault: 'the process needs more memory than its limit',
    environment: { MODE: 'out-of-memory' },
    memoryLimit: '96Mi',
    expected: {
      healthy: 'False',
      owner: 'Both',
      layer: 'Pod',
      reason: 'OutOfMemory',
      culprit: 'Deployment/out-of-memory',
    },
  },
  {
    name: 'missing-image',
    fault: 'the image does not exist',
    image: 'localhost/no-such-image:1.0.0',
    expected: {
      healthy: 'False',
      owner: 'DevOps',
      layer: 'Pod',
      reason: 'ImagePullFailed',
      culprit: 'Deployment/missing-image',
    },
  },
  {
    name: 'readiness-path-wrong',
    fault: 'the readiness probe asks a path that the application does not have',
    environment: { MODE: 'route-missing' },
    readinessPath: '/ready',
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Pod',
      reason: 'ReadinessPathNotFound',
      culprit: 'Deployment/readiness-path-wrong',
    },
  },
  {
    name: 'path-matches-nothing',
    fault: 'the Ingress has no rule for the path',
    ingressPath: '/api',
    expected: {
      healthy: 'False',
      owner: 'DevOps',
      layer: 'Ingress',
      reason: 'PathMatchesNoRule',
      culprit: 'Ingress/path-matches-nothing',
    },
  },
  {
    name: 'route-missing',
    fault: 'the application does not have the route',
    environment: { MODE: 'route-missing' },
    path: '/orders',
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Application',
      reason: 'ApplicationRouteNotFound',
      culprit: 'Deployment/route-missing',
    },
  },
  {
    name: 'application-500',
    fault: 'the application throws',
    environment: { MODE: 'error' },
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Application',
      reason: 'ApplicationError',
      culprit: 'Deployment/application-500',
    },
  },
  {
    name: 'application-403',
    fault: 'the application refuses',
    environment: { MODE: 'status', CODE: '403' },
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Application',
      reason: 'ApplicationForbidden',
      culprit: 'Deployment/application-403',
    },
  },
  {
    name: 'too-slow',
    fault: 'the application does not answer in time',
    environment: { MODE: 'slow' },
    expected: {
      healthy: 'False',
      owner: 'Developer',
      layer: 'Application',
      reason: 'ApplicationSlow',
      culprit: 'Deployment/too-slow',
    },
  },
];

function deployment(app: Application, image: string) {
  const labels = { app: app.name };
  const environment = { PORT: String(PORT), ...app.environment };
  const container = {
    name: 'app',
    image: app.image ?? image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: PORT }],
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    readinessProbe: {
      httpGet: { path: app.readinessPath ?? '/healthz', port: 'http' },
      periodSeconds: 1,
    },
    resources: { limits: { memory: app.memoryLimit ?? '192Mi' }, requests: { cpu: '5m', memory: '32Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app.name, labels },
    spec: {
      replicas: app.replicas ?? 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

const service = (app: Application) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: app.name },
  spec: {
    selector: { app: app.selector ?? app.name },
    ports: [{ name: 'http', port: 80, targetPort: app.targetPort ?? PORT }],
  },
});

const ingress = (app: Application, ingressClassName: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: app.name },
  spec: {
    ingressClassName,
    rules: [
      {
        host: `${app.name}.demo.test`,
        http: {
          paths: [
            {
              path: app.ingressPath ?? '/',
              pathType: 'Prefix',
              backend: { service: { name: app.name, port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  },
});

const statusProbe = (app: Application) => ({
  apiVersion: 'statusprobe.dev/v1alpha1',
  kind: 'StatusProbe',
  metadata: { name: app.name },
  spec: {
    target: { ingressRef: { name: app.name, path: app.path ?? '/' } },
    interval: `${INTERVAL_SECONDS}s`,
    timeout: `${TIMEOUT_SECONDS}s`,
    diagnose: { podLogs: { enabled: true } },
  },
});

/** Deployment, Service, Ingress and StatusProbe of one application. */
export const manifestsOf = (app: Application, image: string, ingressClassName: string): readonly object[] => [
  deployment(app, image),
  service(app),
  ingress(app, ingressClassName),
  statusProbe(app),
];
