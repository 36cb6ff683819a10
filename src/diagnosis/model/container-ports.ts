import type { Container, Pod } from './pod.ts';

/** Sidecars are init containers that go on running. */
export const runningContainers = ({ spec }: Pod): readonly Container[] => [
  ...spec.containers,
  ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
];

/** Declaring a port is optional: one that is not declared may be open all the same. */
export const declaredPorts = (pod: Pod, wanted = 'TCP') =>
  runningContainers(pod)
    .flatMap(({ ports = [] }) => ports)
    .filter(({ protocol = 'TCP' }) => protocol === wanted);

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
  runningContainers(pod).flatMap(({ readinessProbe, livenessProbe, startupProbe }) =>
    [readinessProbe, livenessProbe, startupProbe].flatMap(
      (probe) => portNumber(pod, probe?.grpc?.port) ?? [],
    ),
  );
