import type { Service, ServicePort } from './kubernetes.ts';
import type { Observation } from './observation.ts';
import type { Pod } from './pod.ts';
import type { ObjectReference } from './reference.ts';

/** The request as routing sees it. `host` is lower case without port, `path` without query. */
export interface RoutedRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method: string;
  /** As the probe sets them and no secrets, names in lower case; absent: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the body that was sent; absent where that is not told. */
  readonly bodyBytes?: number;
}

export interface ServiceEvidence {
  readonly reference: ObjectReference;
  /** Absent when it was looked for and does not exist. */
  readonly service?: Service;
  /** Port number or name that the Ingress, URL or serviceRef asks for. */
  readonly askedPort?: number | string;
  /** Who asks: field path of the Ingress backend, `spec.target.serviceRef.port` or the URL. */
  readonly askedBy: ObjectReference;
  /** The Service port that was asked for; absent when the Service has no such port. */
  readonly port?: ServicePort;
  /** Names of Services in the same namespace, for naming the nearest one. */
  readonly otherServices: readonly string[];
}

/** One address behind the Service, from its EndpointSlices. */
export interface RouteEndpoint {
  readonly address: string;
  /** Absent when the slice has no port for this Service port. */
  readonly port?: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName?: string;
  readonly podName?: string;
}

/** Pods that the Service's selector takes, all of them, and what keeps them running. */
export interface PodsEvidence {
  readonly pods: readonly Pod[];
  /** Top-most owner per Pod name: Deployment rather than ReplicaSet; the Pod itself where it has none. */
  readonly ownerOf: ReadonlyMap<string, ObjectReference>;
}

/** What a TCP dial of an endpoint proved. A time-out proves nothing; only a refusal proves that nobody listens. */
export interface Dial {
  readonly address: string;
  readonly port: number;
  readonly podName?: string;
  readonly result: 'Open' | 'Refused' | 'Timeout' | 'Unreachable' | 'NotPermitted';
  /** True for a port that was dialled only to suggest a better one (declared by the Pod, not used by the Service). */
  readonly alternative: boolean;
}

/** The same request, asked further inside. */
export interface HopAnswer {
  readonly hop: 'Ingress' | 'Gateway' | 'Service' | 'Pod';
  /** `Service/name` or `Pod/name`. */
  readonly ref: string;
  readonly podName?: string;
  readonly address: string;
  readonly port: number;
  readonly observation: Observation;
}

/** Last lines that a container wrote, redacted and cut; `previous`: of the run before the last restart. */
export interface LogExcerpt {
  readonly podName: string;
  readonly container: string;
  readonly previous: boolean;
  readonly lines: readonly string[];
}
