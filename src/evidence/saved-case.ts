import { existsSync } from 'node:fs';
import { couldNotLook, found } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import type { Pod } from '../diagnosis/model/pod.ts';
import { targetOf } from '../diagnosis/model/target.ts';
import { readSavedAws } from './aws/saved.ts';
import { POD_LOG } from './bundle/recording.ts';
import { DumpError } from './cluster/dump.ts';
import { openDump } from './cluster/dump-layout.ts';
import type { ClusterReader } from './cluster/reader.ts';
import { type Unreadable, withUnreadable } from './cluster/unreadable.ts';
import {
  type ObservationFile,
  observationFileIn,
  readObservationFile,
  type SavedLog,
} from './observation-file.ts';
import { completeObservation, type PartialObservation, urlOf } from './saved-observation.ts';
import type { Asker, Dialler, EvidenceSettings, LogReader, NameLookup, Sources } from './slot-context.ts';

/** A dump with an observation, ready to be judged. */
export interface SavedCase extends Pick<ObservationFile, 'judged'> {
  readonly observation: Observation;
  readonly sources: Sources;
  readonly diagnose: NonNullable<ObservationFile['diagnose']>;
}

/** A name that was not saved was not asked for. */
const savedNames =
  (dns: NonNullable<ObservationFile['dns']>): NameLookup =>
  async (name) => {
    const saved = dns.find((each) => each.name === name);
    return saved === undefined
      ? couldNotLook('Failed', `${name} is not in the dump`)
      : found(saved.addresses);
  };

/** An attempt that was not saved proves nothing, as a time-out does. */
const savedDials =
  (dials: NonNullable<ObservationFile['dials']>): Dialler =>
  async (address, port) =>
    dials.find((dial) => dial.address === address && dial.port === port)?.result ?? 'Timeout';

const UNANSWERED: PartialObservation = {
  failure: { phase: 'Connect', reason: 'ConnectTimeout', message: 'Not saved in the dump' },
};

const savedAnswers =
  ({ hops = [], health = [] }: ObservationFile): Asker =>
  async ({ scheme, address, port, path: asked, isHealthCheck }) => {
    const isHere = (each: { address: string; port: number }) =>
      each.address === address && each.port === port;
    const hop = isHealthCheck
      ? health.find((each) => isHere(each) && each.path === asked)
      : hops.find((each) => isHere(each) && (each.scheme ?? scheme) === scheme);
    return completeObservation(hop?.observation ?? UNANSWERED, `${scheme}://${address}:${port}${asked}`);
  };

const savedLogs =
  (logs: readonly SavedLog[], unreadable: readonly Unreadable[]): LogReader =>
  async ({ namespace, podName, container, previous }) => {
    const closed = unreadable.find(
      ({ kind, look }) => kind === POD_LOG && look?.of.name === podName && look.of.namespace === namespace,
    );
    if (closed !== undefined) return couldNotLook(closed.reason, closed.message);
    const log = logs.find(
      (each) =>
        each.podName === podName && each.container === container && (each.previous ?? false) === previous,
    );
    return found(log?.lines.join('\n'));
  };

const settingsOf = ({ logs, settings }: ObservationFile): EvidenceSettings => ({
  hops: 'AnyMethod',
  podLogs: { enabled: logs !== undefined, tailLines: 10 },
  deadlineMilliseconds: 10_000,
  ...settings,
});

/**
 * Clusters are mostly dumped without their Secrets, and often one namespace alone: what is not there is not missing.
 * A case that statusprobe wrote holds all that it read.
 */
async function undumped(
  reader: ClusterReader,
  { settings, namespace }: ObservationFile,
): Promise<readonly Unreadable[]> {
  if (settings !== undefined) return [];
  const [secrets, pods] = await Promise.all([reader.list('Secret'), reader.list('Pod')]);
  const isElsewhere = (pod: Pod) => pod.metadata.namespace !== namespace;
  return [
    ...(secrets.ok && secrets.value.length === 0
      ? [{ kind: 'Secret', ...notDumped('Secrets are not in the dump') }]
      : []),
    ...(pods.ok && !pods.value.some(isElsewhere)
      ? [
          {
            kind: 'Pod',
            namespace: '',
            ...notDumped(`Pods outside namespace ${namespace} are not in the dump`),
          },
        ]
      : []),
  ];
}

const notDumped = (message: string) => ({ reason: 'NotConfigured', message }) as const;

/** What a dump is judged with that has no observation.yaml of its own, or another one. */
export type ObservationSource = { readonly file: string } | { readonly written: ObservationFile };

async function observationFor(folder: string, source?: ObservationSource): Promise<ObservationFile> {
  if (source !== undefined && 'written' in source) return source.written;
  const file = source?.file ?? observationFileIn(folder);
  if (source === undefined && !existsSync(file)) {
    throw new DumpError(
      `${folder} has no observation.yaml: give a target and --code to ask why it would answer so, or --observation FILE.`,
    );
  }
  return readObservationFile(file);
}

/** What else was tried, as it is handed on; what was not saved could not be asked. */
function triedSources(saved: ObservationFile): Partial<Sources> {
  const { dns, dials, hops, health, repeat, logs, unreadable = [] } = saved;
  return {
    ...(dns && { resolve: savedNames(dns) }),
    ...(dials && { dial: savedDials(dials) }),
    ...((hops ?? health) && { ask: savedAnswers(saved) }),
    ...(repeat && { repeat: async () => completeObservation(repeat, repeat.url ?? '') }),
    ...(logs && { readLog: savedLogs(logs, unreadable) }),
  };
}

const probeIn = ({ target, namespace, name, failingSince, ...sent }: ObservationFile): Sources['probe'] => ({
  target: targetOf(target, namespace),
  namespace,
  ...(name && { name }),
  ...(failingSince && { failingSince }),
  ...(sent.headers && { headers: sent.headers }),
  ...(sent.bodyBytes === undefined ? {} : { bodyBytes: sent.bodyBytes }),
});

/** Reads a folder of Kubernetes objects and what was seen of the target. Throws DumpError. */
export async function readSavedCase(folder: string, source?: ObservationSource): Promise<SavedCase> {
  const reader = await openDump(folder);
  const [saved, aws] = await Promise.all([observationFor(folder, source), readSavedAws(folder)]);
  const { unreadable = [], diagnose = {}, judged } = saved;
  const probe = probeIn(saved);
  return {
    observation: completeObservation(saved.observation, urlOf(probe.target)),
    diagnose,
    ...(judged && { judged }),
    sources: {
      probe,
      settings: { ...settingsOf(saved), ...(aws.settings && { aws: aws.settings }) },
      reader: withUnreadable(reader, [...unreadable, ...(await undumped(reader, saved))]),
      ...triedSources(saved),
      ...(aws.reader && { aws: aws.reader }),
    },
  };
}
