import { eventsAbout, isAboutContainer } from './events-about.ts';
import type { KubernetesEvent } from './kubernetes.ts';
import type { ContainerProbe } from './pod.ts';
import type { ServingContainer } from './serving-containers.ts';

/** How a container answers one of its own probes, in the kubelet's words. */
export interface ProbeAnswer {
  readonly kind: 'NotFound' | 'ServerError' | 'Refused' | 'TooSlow' | 'Other';
  /** Fits after "the probe": `is answered with 404`. */
  readonly summary: string;
  readonly words: string;
  /** RFC 3339. */
  readonly time: string;
}

const KINDS: readonly {
  readonly pattern: RegExp;
  readonly kind: ProbeAnswer['kind'];
  readonly summary: string;
}[] = [
  { pattern: /statuscode: (404)/, kind: 'NotFound', summary: 'is answered with $1' },
  { pattern: /statuscode: (5\d\d)/, kind: 'ServerError', summary: 'is answered with $1' },
  { pattern: /statuscode: (\d+)/, kind: 'Other', summary: 'is answered with $1' },
  { pattern: /connection refused/, kind: 'Refused', summary: 'finds nobody who listens' },
  { pattern: /deadline exceeded|timeout|timed out/i, kind: 'TooSlow', summary: 'gets no answer in time' },
  { pattern: /(?:)/, kind: 'Other', summary: 'fails' },
];

/** The newest answer to the container's probe, by the Events of this very Pod; undefined where none tells. */
export function probeAnswer(
  probe: 'Readiness' | 'Liveness' | 'Startup',
  { pod, container }: ServingContainer,
  events: readonly KubernetesEvent[],
): ProbeAnswer | undefined {
  const event = eventsAbout('Pod', pod.metadata, events).find(
    (one) =>
      one.reason === 'Unhealthy' &&
      one.message.startsWith(`${probe} probe `) &&
      isAboutContainer(one, container.name),
  );
  if (event === undefined) return undefined;
  const { message: words, time } = event;
  for (const { pattern, kind, summary } of KINDS) {
    const match = pattern.exec(words);
    if (match !== null) return { kind, summary: summary.replace('$1', match[1] ?? ''), words, time };
  }
  return undefined;
}

/** What a probe asks, for people: `GET /healthz on port 8080`. */
export function describeProbe({ httpGet, tcpSocket, grpc, exec }: ContainerProbe): string {
  if (httpGet !== undefined) return `GET ${httpGet.path ?? '/'} on port ${httpGet.port}`;
  if (tcpSocket !== undefined) return `a connection to port ${tcpSocket.port}`;
  if (grpc !== undefined) return `gRPC health on port ${grpc.port}`;
  return `command ${exec?.command?.join(' ') ?? ''}`.trim();
}
