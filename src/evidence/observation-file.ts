import path from 'node:path';
import type { Mute } from '../diagnosis/model/diagnosis.ts';
import type { HealthAnswer } from '../diagnosis/model/health-answer.ts';
import type { Dial, HopAnswer, LogExcerpt } from '../diagnosis/model/route-evidence.ts';
import type { TargetSpec } from '../diagnosis/model/target.ts';
import { DumpError, readYaml } from './cluster/dump.ts';
import { fieldsOutside, type Shape } from './cluster/shape.ts';
import type { Unreadable } from './cluster/unreadable.ts';
import { OBSERVATION, type PartialObservation } from './saved-observation.ts';
import type { EvidenceSettings } from './slot-context.ts';

/** Of the run that goes on, where it does not say `previous`. */
export type SavedLog = Omit<LogExcerpt, 'previous'> & Partial<Pick<LogExcerpt, 'previous'>>;

/** observation.yaml of a dump: what was probed, what was seen, and what else was tried. */
export interface ObservationFile {
  readonly namespace: string;
  readonly name?: string;
  /** RFC 3339: when the failure began; absent: with the observation. */
  readonly failingSince?: string;
  /** Headers that the probe sets and that are no secrets, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the body was that the probe sent. */
  readonly bodyBytes?: number;
  /** As `spec.target` of a StatusProbe. */
  readonly target: TargetSpec;
  readonly diagnose?: {
    readonly checks?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
    readonly mute?: readonly Mute[];
  };
  /** What bounded the looks; absent: every look is allowed, and logs are read where some are saved. */
  readonly settings?: Partial<Pick<EvidenceSettings, 'hops' | 'podLogs' | 'clusterDomain'>>;
  readonly observation: PartialObservation;
  /** What DNS says of names; no addresses where it has none. */
  readonly dns?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly dials?: readonly Pick<Dial, 'address' | 'port' | 'result'>[];
  readonly hops?: readonly (Pick<HopAnswer, 'address' | 'port'> & {
    /** For whoever reads the file. */
    readonly hop?: HopAnswer['hop'];
    /** Absent: whichever is asked. */
    readonly scheme?: 'http' | 'https';
    readonly observation: PartialObservation;
  })[];
  /** What Pods say when they are asked for their health. */
  readonly health?: readonly (Pick<HealthAnswer, 'address' | 'port' | 'path'> & {
    readonly observation: PartialObservation;
  })[];
  /** What the probe sees when it asks once more. */
  readonly repeat?: PartialObservation;
  readonly logs?: readonly SavedLog[];
  readonly unreadable?: readonly Unreadable[];
  /** What the status says beyond the diagnosis: when it was judged (RFC 3339), and the Ready condition's message. */
  readonly judged?: { readonly time: string; readonly ready: string };
}

const ROUTE = { name: true, host: true, path: true, scheme: true, port: true, sectionName: true } as const;

const OBSERVATION_FILE: Shape<ObservationFile> = {
  namespace: true,
  name: true,
  failingSince: true,
  headers: true,
  bodyBytes: true,
  target: {
    url: true,
    ingressRef: ROUTE,
    httpRouteRef: ROUTE,
    serviceRef: { name: true, port: true, scheme: true, path: true },
  },
  diagnose: {
    checks: { include: true, exclude: true },
    mute: [{ reason: true, subject: { kind: true, namespace: true, name: true }, until: true }],
  },
  settings: { hops: true, podLogs: { enabled: true, tailLines: true }, clusterDomain: true },
  observation: OBSERVATION,
  dns: [{ name: true, addresses: true }],
  dials: [{ address: true, port: true, result: true }],
  hops: [{ hop: true, scheme: true, address: true, port: true, observation: OBSERVATION }],
  health: [{ address: true, port: true, path: true, observation: OBSERVATION }],
  repeat: OBSERVATION,
  logs: [{ podName: true, container: true, previous: true, lines: true }],
  unreadable: [{ kind: true, namespace: true, look: { verb: true, of: true }, reason: true, message: true }],
  judged: { time: true, ready: true },
};

export const observationFileIn = (folder: string): string => path.join(folder, 'observation.yaml');

/** Throws DumpError. */
export async function readObservationFile(file: string): Promise<ObservationFile> {
  const [document] = await readYaml(file);
  const unknown = fieldsOutside(OBSERVATION_FILE, document);
  if (unknown.length > 0) throw new DumpError(`${file} has unknown fields: ${unknown.join(', ')}.`);
  const { namespace, target, observation } = (document ?? {}) as Partial<ObservationFile>;
  if (namespace === undefined || target === undefined || observation === undefined) {
    throw new DumpError(`${file} must have namespace, target and observation.`);
  }
  return document as ObservationFile;
}
