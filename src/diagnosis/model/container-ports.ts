import type { Container, ContainerProbe, Pod } from './pod.ts';

/** Sidecars are init containers that go on running. */
export const runningContainers = ({ spec }: Pod): readonly Container[] => [
  ...spec.containers,
  ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
];

/** All by which the kubelet asks the container. */
export const probesOf = ({
  readinessProbe,
  livenessProbe,
  startupProbe,
}: Container): readonly ContainerProbe[] =>
  [readinessProbe, livenessProbe, startupProbe].filter((probe) => probe !== undefined);

export const portsOf = (containers: readonly Container[], wanted = 'TCP') =>
  containers.flatMap(({ ports = [] }) => ports).filter(({ protocol = 'TCP' }) => protocol === wanted);

/** Declaring a port is optional: one that is not declared may be open all the same. */
export const declaredPorts = (pod: Pod, wanted?: string) => portsOf(runningContainers(pod), wanted);

/** By the names that injectors give them: they take whatever connection is made to the Pod, at any port. */
const MESH_SIDECAR = /^(?:istio-proxy|linkerd-proxy|kuma-sidecar|consul-dataplane|envoy-sidecar)$/;

export const meshSidecar = (pod: Pod): string | undefined =>
  runningContainers(pod).find(({ name }) => MESH_SIDECAR.test(name))?.name;

/** Those of the application, and not of a sidecar of a mesh beside it. */
export const applicationPorts = (pod: Pod) =>
  portsOf(runningContainers(pod).filter(({ name }) => !MESH_SIDECAR.test(name)));

/** What a port is for that callers are not meant to ask, by the names that people give it. */
export const ASIDE =
  /^(?:https?-)?(?:metrics?|prom|prometheus|monitoring|telemetry|admin|manage|management|mgmt|actuator|health|healthz|healthcheck|health-check|liveness|readiness|probes?|debug|pprof)(?:-port|-https?)?$/;

/** The number of a port that is given by number or name; undefined when no container has a port of that name. */
export const portNumber = (
  pod: Pod,
  port: number | string | undefined,
  protocol?: string,
): number | undefined =>
  typeof port === 'string'
    ? declaredPorts(pod, protocol).find(({ name }) => name === port)?.containerPort
    : port;

/** Ports on which readiness is probed: on a ready Pod somebody listens there. */
export const probedPorts = (pod: Pod): readonly number[] =>
  runningContainers(pod).flatMap(({ readinessProbe: probe }) => {
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
    return portNumber(pod, port) ?? [];
  });

/** Ports on which any probe of the kubelet speaks gRPC. */
export const probedByGRPC = (pod: Pod): readonly number[] =>
  runningContainers(pod)
    .flatMap(probesOf)
    .flatMap(({ grpc }) => portNumber(pod, grpc?.port) ?? []);
