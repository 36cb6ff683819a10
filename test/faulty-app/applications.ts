import { manifestsFor, PORT } from './manifests.ts';

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

/** Deployment, Service, Ingress and StatusProbe of one application. */
export function manifestsOf(app: Application, image: string, ingressClassName: string): readonly object[] {
  const { name, environment = {} } = app;
  const make = manifestsFor({ image: app.image ?? image, ingressClassName, domain: 'demo.test' });
  const limits = { memory: app.memoryLimit ?? '192Mi' };
  const container = {
    readinessProbe: {
      httpGet: { path: app.readinessPath ?? '/healthz', port: 'http' },
      periodSeconds: 1,
    },
    resources: { limits, requests: { cpu: '5m', memory: '32Mi' } },
  };
  return [
    make.deployment(name, { environment, container, replicas: app.replicas ?? 1 }),
    make.service(name, {
      selector: { app: app.selector ?? name },
      ports: [{ name: 'http', port: 80, targetPort: app.targetPort ?? PORT }],
    }),
    make.ingress(name, { path: app.ingressPath ?? '/' }),
    make.statusProbe(name, { target: { ingressRef: { name, path: app.path ?? '/' } } }),
  ];
}
