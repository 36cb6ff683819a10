import type {
  EndpointSlice,
  Ingress,
  IngressClass,
  KubernetesObject,
  Node,
  ObjectMeta,
  Service,
  TargetGroupBinding,
  Workload,
} from '../../diagnosis/model/kubernetes.ts';
import type {
  Container,
  ContainerProbe,
  ContainerState,
  ContainerStatus,
  Pod,
} from '../../diagnosis/model/pod.ts';
import type { PodMetrics } from '../../diagnosis/model/pod-metrics.ts';
import { commandWithoutSecrets, withoutSecrets } from './quoted-text.ts';
import type { Shape } from './shape.ts';

const METADATA = {
  name: true,
  namespace: true,
  uid: true,
  generation: true,
  resourceVersion: true,
  creationTimestamp: true,
  deletionTimestamp: true,
  labels: true,
  annotations: true,
  ownerReferences: [{ apiVersion: true, kind: true, name: true, uid: true, controller: true }],
  managedFields: [{ manager: true, operation: true, time: true, subresource: true }],
} as const satisfies Shape<ObjectMeta>;

/** What is kept of an object of any kind. */
export const OBJECT = { apiVersion: true, kind: true, metadata: METADATA } as const;

export const CONDITIONS = [
  { type: true, status: true, reason: true, message: withoutSecrets, lastTransitionTime: true },
] as const;

const PROBE: Shape<ContainerProbe> = {
  httpGet: { path: withoutSecrets, port: true, scheme: true, host: true },
  tcpSocket: { port: true },
  grpc: { port: true },
  exec: { command: commandWithoutSecrets },
  initialDelaySeconds: true,
  periodSeconds: true,
  timeoutSeconds: true,
  failureThreshold: true,
};

const CONTAINER: Shape<Container> = {
  name: true,
  image: true,
  ports: [{ name: true, containerPort: true, protocol: true, hostPort: true }],
  resources: { limits: true, requests: true },
  readinessProbe: PROBE,
  livenessProbe: PROBE,
  startupProbe: PROBE,
  restartPolicy: true,
};

const STATE: Shape<ContainerState> = {
  waiting: { reason: true, message: withoutSecrets },
  running: { startedAt: true },
  terminated: {
    exitCode: true,
    signal: true,
    reason: true,
    message: withoutSecrets,
    startedAt: true,
    finishedAt: true,
  },
};

const CONTAINER_STATUS: Shape<ContainerStatus> = {
  name: true,
  ready: true,
  started: true,
  restartCount: true,
  image: true,
  state: STATE,
  lastState: STATE,
};

/** There are many Pods, so of their annotations and writers nothing is kept that no check reads. */
export const POD: Shape<Pod> = {
  ...OBJECT,
  metadata: {
    ...METADATA,
    annotations: { 'kubectl.kubernetes.io/default-container': true },
    managedFields: false,
  },
  spec: {
    nodeName: true,
    hostNetwork: true,
    serviceAccountName: true,
    containers: [CONTAINER],
    initContainers: [CONTAINER],
    readinessGates: [{ conditionType: true }],
    terminationGracePeriodSeconds: true,
  },
  status: {
    phase: true,
    reason: true,
    message: withoutSecrets,
    podIP: true,
    podIPs: [{ ip: true }],
    startTime: true,
    conditions: CONDITIONS,
    containerStatuses: [CONTAINER_STATUS],
    initContainerStatuses: [CONTAINER_STATUS],
  },
};

export const METRICS_OF_POD: Shape<PodMetrics> = {
  ...OBJECT,
  timestamp: true,
  containers: [{ name: true, usage: true }],
};

const LOAD_BALANCER = { ingress: [{ ip: true, hostname: true }] } as const;

export const SERVICE: Shape<Service> = {
  ...OBJECT,
  spec: {
    type: true,
    clusterIP: true,
    clusterIPs: true,
    externalName: true,
    externalIPs: true,
    selector: true,
    ports: [{ name: true, port: true, targetPort: true, nodePort: true, protocol: true, appProtocol: true }],
    internalTrafficPolicy: true,
    externalTrafficPolicy: true,
    publishNotReadyAddresses: true,
  },
  status: { loadBalancer: LOAD_BALANCER },
};

export const ENDPOINT_SLICE: Shape<EndpointSlice> = {
  ...OBJECT,
  addressType: true,
  endpoints: [
    {
      addresses: true,
      conditions: { ready: true, serving: true, terminating: true },
      nodeName: true,
      targetRef: { kind: true, namespace: true, name: true },
    },
  ],
  ports: [{ name: true, port: true, protocol: true }],
};

const BACKEND = {
  service: { name: true, port: { name: true, number: true } },
  resource: { apiGroup: true, kind: true, name: true },
} as const;

export const INGRESS: Shape<Ingress> = {
  ...OBJECT,
  spec: {
    ingressClassName: true,
    defaultBackend: BACKEND,
    rules: [{ host: true, http: { paths: [{ path: true, pathType: true, backend: BACKEND }] } }],
    tls: [{ hosts: true, secretName: true }],
  },
  status: { loadBalancer: LOAD_BALANCER },
};

export const INGRESS_CLASS: Shape<IngressClass> = { ...OBJECT, spec: { controller: true } };

export const WORKLOAD: Shape<Workload> = {
  ...OBJECT,
  spec: {
    replicas: true,
    paused: true,
    strategy: { type: true, rollingUpdate: { maxUnavailable: true } },
    selector: true,
    template: {
      metadata: { labels: true },
      spec: { containers: [CONTAINER] },
    },
  },
  status: {
    replicas: true,
    readyReplicas: true,
    updatedReplicas: true,
    observedGeneration: true,
    conditions: CONDITIONS,
  },
};

export const TARGET_GROUP_BINDING: Shape<TargetGroupBinding> = {
  ...OBJECT,
  spec: { targetGroupARN: true, targetType: true, serviceRef: { name: true, port: true } },
  status: { observedGeneration: true, conditions: CONDITIONS },
};

export const NODE: Shape<Node> = {
  ...OBJECT,
  spec: { unschedulable: true },
  status: { conditions: CONDITIONS, addresses: [{ type: true, address: true }] },
};

/** Of kinds that only stand between a Pod and its top-most owner, or show that a name exists. */
export const IDENTITY: Shape<KubernetesObject> = OBJECT;
