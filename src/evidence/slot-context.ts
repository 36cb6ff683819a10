import type { Evidence, Slot, SlotName } from '../diagnosis/model/evidence.ts';
import type { Lookup } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import type { Dial } from '../diagnosis/model/route-evidence.ts';
import type { Target } from '../diagnosis/model/target.ts';
import type { LogLooks } from './aws/log-looks.ts';
import type { AwsReader, AwsSettings } from './aws/reader.ts';
import type { ClusterReader } from './cluster/reader.ts';

/** Whose evidence it is. */
export interface ProbeIdentity {
  readonly target: Target;
  /** The probe's own namespace. */
  readonly namespace: string;
  /** Of the StatusProbe; absent where there is none, as on the command line. */
  readonly name?: string;
  /** RFC 3339: when the present row of failures began; absent: with this observation. */
  readonly failingSince?: string;
  /** Headers that it sets and that are no secrets, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the body is that it sends; absent where that is a secret. */
  readonly bodyBytes?: number;
}

/** A TCP connection attempt to one address, judged by the address guard; never throws. */
export type Dialler = (address: string, port: number) => Promise<Dial['result']>;

/** IP addresses of a name, none where DNS has none for it; never throws. */
export type NameLookup = (name: string) => Promise<Lookup<readonly string[]>>;

/** The probe's own request, sent further inside. */
export interface HopRequest {
  readonly address: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** Without query: what the Ingress makes of the probe's path, which is mostly the same. */
  readonly path: string;
  /** What the router sends as Host in place of the probe's own. */
  readonly host?: string;
  /** Whether the probe's credentials, own headers and body may go along. */
  readonly withCredentials: boolean;
  /** A GET for the path alone in place of the probe's method and query. */
  readonly isHealthCheck?: true;
}

/** Sends it with the probe's method, query, Host and timeout; a failure is a value. Never throws. */
export type Asker = (request: HopRequest) => Promise<Observation>;

export interface LogRequest {
  readonly namespace: string;
  readonly podName: string;
  readonly container: string;
  /** Of the run before the last restart. */
  readonly previous: boolean;
  readonly tailLines: number;
}

/** The raw text of a log; undefined where the container has none. */
export type LogReader = (request: LogRequest) => Promise<Lookup<string | undefined>>;

/** What of `spec.diagnose` and `spec.request` bounds the looks. */
export interface EvidenceSettings {
  readonly hops: 'Disabled' | 'SafeMethods' | 'AnyMethod';
  readonly podLogs: { readonly enabled: boolean; readonly tailLines: number };
  /** How many endpoints are asked; absent: 5. */
  readonly endpoints?: number;
  /** Of all looks of one diagnosis together. */
  readonly deadlineMilliseconds: number;
  /** `cluster.local` */
  readonly clusterDomain?: string;
  readonly aws?: AwsSettings;
}

/** Everything from which evidence is made. A function that is absent is `NotConfigured`. */
export interface Sources {
  readonly probe: ProbeIdentity;
  readonly settings: EvidenceSettings;
  readonly reader: ClusterReader;
  readonly resolve?: NameLookup;
  readonly dial?: Dialler;
  readonly ask?: Asker;
  /** Sends the probe's own request once more, as it was sent. */
  readonly repeat?: () => Promise<Observation>;
  readonly readLog?: LogReader;
  readonly aws?: AwsReader;
  /** Absent: logs are looked at whenever they are asked for. */
  readonly logLooks?: LogLooks;
}

/** What a slot is filled from: the sources, what the probe saw, and the other slots, each fetched once. */
export interface SlotContext extends Sources {
  readonly observation: Observation;
  slot<K extends SlotName>(name: K): Promise<Slot<Evidence[K]>>;
}

export type SlotReader<K extends SlotName> = (context: SlotContext) => Promise<Slot<Evidence[K]>>;
