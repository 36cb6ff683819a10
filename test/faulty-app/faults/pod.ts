import { type DeploymentParts, type Manifests, PORT } from '../manifests.ts';
import {
  application,
  developerApplication,
  developerPod,
  devOpsPod,
  devOpsService,
  type Fault,
  HEALTHY,
} from './fault.ts';

const broken = (name: string, deployment: DeploymentParts) => application(name, { deployment });

const check = (path: string, more: object = {}) => ({
  httpGet: { path, port: 'http' },
  periodSeconds: 1,
  ...more,
});

/** Long enough that the container has ended before it is ready. */
const LATE = { initialDelaySeconds: 60 };

const variable = (source: object) => ({ container: { env: [{ name: 'SETTING', valueFrom: source }] } });

const rollout = (maxUnavailable: number | string, more: object = {}) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge: 1 } },
  ...more,
});

const NO_SUCH_IMAGE = { image: 'localhost/no-such-image:2.0.0' };

/** What keeps Pods from being created, scheduled, started or ready. */
export const POD_FAULTS: readonly Fault[] = [
  {
    name: 'readiness-answers-503',
    fault: 'the readiness probe is answered with 503',
    objects: broken('readiness-answers-503', { environment: { MODE: 'unready' } }),
    expected: developerPod('ReadinessAnswersError', 'Deployment/readiness-answers-503'),
  },
  {
    name: 'readiness-port-wrong',
    fault: 'the readiness probe asks a port on which nobody listens',
    objects: broken('readiness-port-wrong', {
      container: { readinessProbe: { httpGet: { path: '/healthz', port: 9090 }, periodSeconds: 1 } },
    }),
    expected: developerPod('ReadinessPortRefused', 'Deployment/readiness-port-wrong'),
  },
  {
    name: 'readiness-too-slow',
    fault: 'the readiness probe gets no answer in time',
    objects: broken('readiness-too-slow', { environment: { MODE: 'slow-health' } }),
    expected: developerPod('ReadinessTooSlow', 'Deployment/readiness-too-slow'),
  },
  {
    name: 'pod-hangs',
    fault:
      'the process takes connections, which is all that its readiness probe asks for, and answers nothing',
    objects: broken('pod-hangs', {
      environment: { MODE: 'hang' },
      container: { readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1 } },
    }),
    expected: developerApplication('ApplicationHangs', 'Deployment/pod-hangs'),
  },
  {
    name: 'liveness-kills',
    fault: 'the liveness probe asks a path that the application does not have',
    objects: broken('liveness-kills', {
      environment: { MODE: 'route-missing' },
      container: {
        livenessProbe: check('/alive', { failureThreshold: 1 }),
        readinessProbe: check('/', LATE),
      },
    }),
    expected: developerPod('LivenessProbeKills', 'Deployment/liveness-kills'),
  },
  {
    name: 'startup-probe-kills',
    fault: 'the startup probe does not give the application the time that it needs',
    objects: broken('startup-probe-kills', {
      environment: { MODE: 'route-missing' },
      container: { startupProbe: check('/started', { failureThreshold: 1 }) },
    }),
    expected: developerPod('StartupProbeKills', 'Deployment/startup-probe-kills'),
  },
  {
    name: 'init-container-fails',
    fault: 'the init container ends with an error',
    objects: (make) =>
      broken('init-container-fails', {
        pod: { initContainers: [make.container('migrate', { MODE: 'crash' })] },
      })(make),
    expected: developerPod('InitContainerFailing', 'Deployment/init-container-fails'),
  },
  {
    name: 'command-not-found',
    fault: 'the command of the container does not exist in its image',
    objects: broken('command-not-found', { container: { command: ['/app/start'] } }),
    expected: developerPod('CommandNotFound', 'Deployment/command-not-found'),
  },
  {
    name: 'script-calls-unknown-command',
    fault: 'the script of the container calls a command that its image does not have (exit code 127)',
    objects: broken('script-calls-unknown-command', { container: { command: ['sh', '-c', 'start-shop'] } }),
    expected: developerPod('CommandNotFound', 'Deployment/script-calls-unknown-command'),
  },
  {
    name: 'configmap-missing',
    fault: 'a variable comes from a ConfigMap that does not exist',
    objects: broken(
      'configmap-missing',
      variable({ configMapKeyRef: { name: 'no-such-config', key: 'currency' } }),
    ),
    expected: devOpsPod('ConfigMapNotFound', 'Deployment/configmap-missing'),
  },
  {
    name: 'configmap-key-missing',
    fault: 'a variable comes from a key that the ConfigMap does not have',
    objects: (make) => [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'configmap-key-missing' },
        data: { curency: 'EUR' },
      },
      ...broken(
        'configmap-key-missing',
        variable({ configMapKeyRef: { name: 'configmap-key-missing', key: 'currency' } }),
      )(make),
    ],
    expected: developerPod('ConfigKeyMissing', 'Deployment/configmap-key-missing'),
  },
  {
    name: 'secret-missing',
    fault: 'a volume comes from a Secret that does not exist',
    objects: broken('secret-missing', {
      pod: { volumes: [{ name: 'credentials', secret: { secretName: 'no-such-secret' } }] },
      container: { volumeMounts: [{ name: 'credentials', mountPath: '/credentials' }] },
    }),
    expected: devOpsPod('SecretNotFound', 'Deployment/secret-missing'),
  },
  {
    name: 'secret-key-missing',
    fault: 'a variable comes from a key that the Secret does not have',
    objects: (make) => [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'secret-key-missing' },
        stringData: { user: 'shop' },
      },
      ...broken(
        'secret-key-missing',
        variable({ secretKeyRef: { name: 'secret-key-missing', key: 'username' } }),
      )(make),
    ],
    expected: developerPod('ConfigKeyMissing', 'Deployment/secret-key-missing'),
  },
  {
    name: 'node-selector-fits-no-node',
    fault: 'the Pods want a node that does not exist',
    objects: broken('node-selector-fits-no-node', { pod: { nodeSelector: { disk: 'golden' } } }),
    expected: devOpsPod('Unschedulable', 'Deployment/node-selector-fits-no-node'),
  },
  {
    name: 'cpu-fits-no-node',
    fault: 'the Pods ask for more CPU than any node has',
    objects: broken('cpu-fits-no-node', { container: { resources: { requests: { cpu: '640' } } } }),
    expected: devOpsPod('Unschedulable', 'Deployment/cpu-fits-no-node'),
  },
  {
    name: 'volume-claim-missing',
    fault: 'the Pods name a PersistentVolumeClaim that does not exist',
    objects: broken('volume-claim-missing', {
      pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'no-such-claim' } }] },
      container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    }),
    expected: devOpsPod('Unschedulable', 'Deployment/volume-claim-missing'),
  },
  {
    name: 'host-port-conflict',
    fault: 'the Pods want a port of the node that another application has',
    objects: (make) => [hostPort(make, 'host-port-holder')],
    changes: (make) => [
      hostPort(make, 'host-port-conflict'),
      make.service('host-port-conflict'),
      make.ingress('host-port-conflict'),
    ],
    expected: devOpsPod('Unschedulable', 'Deployment/host-port-conflict'),
  },
  {
    name: 'sidecar-port-conflict',
    fault: 'a sidecar listens on the port that the application wants',
    objects: (make) =>
      broken('sidecar-port-conflict', {
        pod: { containers: ['app', 'metrics'].map((name) => listener(make, name)) },
      })(make),
    expected: developerPod('CrashLoop', 'Deployment/sidecar-port-conflict'),
  },
  {
    name: 'quota-exceeded',
    fault: 'the quota of the namespace admits no such Pod',
    objects: (make) => [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'no-best-effort' },
        spec: { hard: { pods: '0' }, scopes: ['BestEffort'] },
      },
      ...broken('quota-exceeded', { container: { resources: {} } })(make),
    ],
    expected: devOpsPod('ReplicaSetCannotCreatePods', 'Deployment/quota-exceeded'),
  },
  {
    name: 'service-account-missing',
    fault: 'the Pods want a ServiceAccount that does not exist',
    objects: broken('service-account-missing', { pod: { serviceAccountName: 'no-such-account' } }),
    expected: devOpsPod('ReplicaSetCannotCreatePods', 'Deployment/service-account-missing'),
  },
  {
    name: 'listens-on-loopback',
    fault: 'the application listens on 127.0.0.1 alone',
    objects: broken('listens-on-loopback', {
      environment: { HOST: '127.0.0.1' },
      container: { readinessProbe: undefined },
    }),
    expected: developerPod('DeclaredPortNotOpen', 'Deployment/listens-on-loopback'),
  },
  {
    name: 'rollout-stuck-old-serves',
    fault: 'none that callers see: the new version does not start, and the old one serves',
    objects: broken('rollout-stuck-old-serves', { spec: rollout(0) }),
    changes: broken('rollout-stuck-old-serves', {
      spec: rollout(0, { progressDeadlineSeconds: 5 }),
      container: NO_SUCH_IMAGE,
    }),
    expected: HEALTHY,
  },
  {
    name: 'rolling-update-takes-all-down',
    fault: 'a rolling update may take down all Pods at once, and the image of the new ones does not exist',
    objects: broken('rolling-update-takes-all-down', { spec: rollout('100%') }),
    changes: broken('rolling-update-takes-all-down', { spec: rollout('100%'), container: NO_SUCH_IMAGE }),
    expected: devOpsPod('ImagePullFailed', 'Deployment/rolling-update-takes-all-down'),
  },
  {
    name: 'rolling-update-leaves-nobody',
    fault: 'a rolling update may take down all Pods at once, and the new ones take their time',
    objects: broken('rolling-update-leaves-nobody', { spec: rollout('100%') }),
    changes: broken('rolling-update-leaves-nobody', {
      spec: rollout('100%', { progressDeadlineSeconds: 3600 }),
      container: { readinessProbe: check('/healthz', { initialDelaySeconds: 3000 }) },
    }),
    expected: devOpsPod('RolloutTakesAllDown', 'Deployment/rolling-update-leaves-nobody'),
  },
  {
    name: 'rolling-update-hangs',
    fault: 'a rolling update may take down all Pods at once, and an init container of the new ones hangs',
    objects: broken('rolling-update-hangs', { spec: rollout('100%') }),
    changes: (make) =>
      broken('rolling-update-hangs', {
        spec: rollout('100%', { progressDeadlineSeconds: 20 }),
        pod: { initContainers: [{ ...make.container('wait'), command: ['sleep', '3600'] }] },
      })(make),
    expected: developerPod('InitContainerHangs', 'Deployment/rolling-update-hangs'),
  },
  {
    name: 'new-version-listens-elsewhere',
    fault: 'half-way through a rollout the new version listens on another port than the Service sends to',
    objects: broken('new-version-listens-elsewhere', { spec: rollout(0) }),
    changes: broken('new-version-listens-elsewhere', {
      environment: { PORT: '9090' },
      container: {
        ports: [{ name: 'http', containerPort: 9090 }],
      },
      // The old version is kept for an hour.
      spec: rollout(0, { minReadySeconds: 3600, progressDeadlineSeconds: 7200 }),
    }),
    // Every other request fails: one that fails makes the verdict, and those that do not are not enough to end it.
    probe: { target: { ingressRef: { name: 'new-version-listens-elsewhere' } }, successThreshold: 100 },
    expected: devOpsService('TargetPortNotOpen', 'Service/new-version-listens-elsewhere'),
  },
];

/** One of several containers of a Pod that want the same port. */
function listener(make: Manifests, name: string) {
  return {
    ...make.container(name),
    ports: [{ containerPort: PORT }],
    readinessProbe: { tcpSocket: { port: PORT }, ...LATE },
  };
}

function hostPort(make: Manifests, name: string) {
  return make.deployment(name, {
    container: { ports: [{ name: 'http', containerPort: PORT, hostPort: 18_080 }] },
  });
}
