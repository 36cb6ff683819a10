import { portNumber } from './container-ports.ts';
import type { Pod } from './pod.ts';
import type { RouteEndpoint } from './route-evidence.ts';

interface Asked {
  readonly pods: readonly Pod[];
  readonly endpoints: readonly RouteEndpoint[];
}

/** Whether the kubelet finds a Pod ready by asking over plain HTTP/1.1 the very port to which requests are sent. */
export const passesHTTPCheck = ({ pods, endpoints }: Asked): boolean =>
  endpoints.some(({ ready, podName, port }) => {
    const pod = ready ? pods.find(({ metadata }) => metadata.name === podName) : undefined;
    const asked = pod?.spec.containers.flatMap(({ readinessProbe }) => readinessProbe?.httpGet ?? []) ?? [];
    return asked.some(
      (get) => pod !== undefined && get.scheme !== 'HTTPS' && portNumber(pod, get.port) === port,
    );
  });
