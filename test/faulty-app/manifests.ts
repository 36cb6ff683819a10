/** Where applications run. */
export interface Site {
  /** Image of app.js. */
  readonly image: string;
  readonly ingressClassName: string;
  /** Hosts are NAME.domain. */
  readonly domain: string;
}

/** What a Deployment has otherwise than a sound one. */
export interface DeploymentParts {
  /** Environment of the container; MODE chooses what app.js does. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly container?: object;
  readonly pod?: object;
  readonly replicas?: number;
  readonly spec?: object;
}

export interface IngressParts {
  readonly backend?: { readonly name: string; readonly port: { name: string } | { number: number } };
  readonly path?: string;
  readonly pathType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

export const PORT = 8080;
export const INTERVAL_SECONDS = 5;
export const TIMEOUT_SECONDS = 2;

/** How the objects of an application look that is sound but for the parts that are given. */
export const manifestsFor = ({ image, ingressClassName, domain }: Site) => ({
  hostOf: (name: string) => `${name}.${domain}`,

  container: (name: string, environment: Readonly<Record<string, string>> = {}) => ({
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    env: Object.entries({ PORT: String(PORT), ...environment }).map(([key, value]) => ({ name: key, value })),
    resources: { limits: { memory: '192Mi' }, requests: { cpu: '5m', memory: '32Mi' } },
  }),

  deployment(name: string, { environment, container, pod, replicas = 1, spec }: DeploymentParts = {}) {
    const labels = { app: name };
    const app = {
      ...this.container('app', environment),
      ports: [{ name: 'http', containerPort: PORT }],
      readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 1 },
      ...container,
    };
    const template = {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 1, containers: [app], ...pod },
    };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: { replicas, selector: { matchLabels: labels }, template, ...spec },
    };
  },

  service: (name: string, spec: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: PORT }], ...spec },
  }),

  ingress(name: string, { annotations = {}, spec, ...parts }: IngressParts = {}) {
    const { path = '/', pathType = 'Prefix', backend = { name, port: { name: 'http' } } } = parts;
    const rule = {
      host: this.hostOf(name),
      http: { paths: [{ path, pathType, backend: { service: backend } }] },
    };
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, annotations },
      spec: { ingressClassName, rules: [rule], ...spec },
    };
  },

  statusProbe: (name: string, spec: object) => ({
    apiVersion: 'statusprobe.dev/v1alpha1',
    kind: 'StatusProbe',
    metadata: { name },
    spec: {
      interval: `${INTERVAL_SECONDS}s`,
      timeout: `${TIMEOUT_SECONDS}s`,
      diagnose: { podLogs: { enabled: true } },
      ...spec,
    },
  }),
});

export type Manifests = ReturnType<typeof manifestsFor>;
