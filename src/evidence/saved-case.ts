import path from 'node:path';
import type { Mute } from '../diagnosis/model/diagnosis.ts';
import type { Dial, HopAnswer, LogExcerpt } from '../diagnosis/model/evidence.ts';
import { found } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import { type TargetSpec, targetOf } from '../diagnosis/model/target.ts';
import { readSavedAws } from './aws/saved.ts';
import { DumpError, readDump, readYaml } from './cluster/dump.ts';
import { createObjectsReader } from './cluster/objects.ts';
import { fieldsOutside, type Shape } from './cluster/shape.ts';
import { type Unreadable, withUnreadable } from './cluster/unreadable.ts';
import { completeObservation, OBSERVATION, type PartialObservation, urlOf } from './saved-observation.ts';
import type { Asker, Dialler, EvidenceSettings, LogReader, Sources } from './slot-context.ts';

/** observation.yaml of a dump: what was probed, what was seen, and what else was tried. */
interface ObservationFile {
  readonly namespace: string;
  readonly name?: string;
  /** As `spec.target` of a StatusProbe. */
  readonly target: TargetSpec;
  readonly diagnose?: {
    readonly checks?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
    readonly mute?: readonly Mute[];
  };
  readonly observation: PartialObservation;
  readonly dials?: readonly Pick<Dial, 'address' | 'port' | 'result'>[];
  readonly hops?: readonly (Pick<HopAnswer, 'hop' | 'address' | 'port'> & {
    readonly observation: PartialObservation;
  })[];
  readonly logs?: readonly LogExcerpt[];
  readonly unreadable?: readonly Unreadable[];
}

const ROUTE = { name: true, host: true, path: true, scheme: true, port: true, sectionName: true } as const;

const OBSERVATION_FILE: Shape<ObservationFile> = {
  namespace: true,
  name: true,
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
  observation: OBSERVATION,
  dials: [{ address: true, port: true, result: true }],
  hops: [{ hop: true, address: true, port: true, observation: OBSERVATION }],
  logs: [{ podName: true, container: true, previous: true, lines: true }],
  unreadable: [{ kind: true, namespace: true, reason: true, message: true }],
};

/** A dump with the observation that was saved in it, ready to be judged. */
export interface SavedCase {
  readonly observation: Observation;
  readonly sources: Sources;
  readonly diagnose: NonNullable<ObservationFile['diagnose']>;
}

async function readObservationFile(folder: string): Promise<ObservationFile> {
  const file = path.join(folder, 'observation.yaml');
  const [document] = await readYaml(file);
  const unknown = fieldsOutside(OBSERVATION_FILE, document);
  if (unknown.length > 0) throw new DumpError(`${file} has unknown fields: ${unknown.join(', ')}.`);
  const { namespace, target, observation } = (document ?? {}) as Partial<ObservationFile>;
  if (namespace === undefined || target === undefined || observation === undefined) {
    throw new DumpError(`${file} must have namespace, target and observation.`);
  }
  return document as ObservationFile;
}

/** An attempt that was not saved proves nothing, as a time-out does. */
const savedDials =
  (dials: NonNullable<ObservationFile['dials']>): Dialler =>
  async (address, port) =>
    dials.find((dial) => dial.address === address && dial.port === port)?.result ?? 'Timeout';

const UNANSWERED: PartialObservation = {
  failure: { phase: 'Connect', reason: 'ConnectTimeout', message: 'Not saved in the dump' },
};

const savedHops =
  (hops: NonNullable<ObservationFile['hops']>): Asker =>
  async ({ scheme, address, port, path: asked }) => {
    const hop = hops.find((each) => each.address === address && each.port === port);
    return completeObservation(hop?.observation ?? UNANSWERED, `${scheme}://${address}:${port}${asked}`);
  };

const savedLogs =
  (logs: readonly LogExcerpt[]): LogReader =>
  async ({ podName, container, previous }) => {
    const log = logs.find(
      (each) => each.podName === podName && each.container === container && each.previous === previous,
    );
    return found(log?.lines.join('\n'));
  };

const settingsOf = ({ logs }: ObservationFile): EvidenceSettings => ({
  hops: 'AnyMethod',
  podLogs: { enabled: logs !== undefined, tailLines: 10 },
  deadlineMilliseconds: 10_000,
});

/** Reads a folder of Kubernetes objects and its observation.yaml. Throws DumpError. */
export async function readSavedCase(folder: string): Promise<SavedCase> {
  const [saved, objects, aws] = await Promise.all([
    readObservationFile(folder),
    readDump(folder),
    readSavedAws(folder),
  ]);
  const { namespace, name, dials, hops, logs, unreadable = [], diagnose = {} } = saved;
  const target = targetOf(saved.target, namespace);
  return {
    observation: completeObservation(saved.observation, urlOf(target)),
    diagnose,
    sources: {
      probe: { target, namespace, ...(name === undefined ? {} : { name }) },
      settings: { ...settingsOf(saved), ...(aws.settings && { aws: aws.settings }) },
      reader: withUnreadable(createObjectsReader(objects), unreadable),
      ...(dials && { dial: savedDials(dials) }),
      ...(hops && { ask: savedHops(hops) }),
      ...(logs && { readLog: savedLogs(logs) }),
      ...(aws.reader && { aws: aws.reader }),
    },
  };
}
