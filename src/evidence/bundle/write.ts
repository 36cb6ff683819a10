import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { byCodeUnit } from '../../diagnosis/model/code-unit.ts';
import type { KubernetesEvent } from '../../diagnosis/model/kubernetes.ts';
import type { Lookup } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import type { Target, TargetSpec } from '../../diagnosis/model/target.ts';
import { apiVersionOf } from '../../kubernetes/resources.ts';
import type { AwsReader, AwsSettings } from '../aws/reader.ts';
import { DumpError } from '../cluster/dump.ts';
import { KINDS, type Kind } from '../cluster/kinds.ts';
import type { Unreadable } from '../cluster/unreadable.ts';
import type { ObservationFile } from '../observation-file.ts';
import type { Sources } from '../slot-context.ts';
import type { AwsAnswer, Recording, SeenObjects } from './recording.ts';
import { redacted } from './redacted.ts';

/** One diagnosis, with all that it was made of: of recorded sources and a redacted observation. */
export interface DiagnosedCase extends Pick<ObservationFile, 'diagnose' | 'judged'> {
  readonly observation: Observation;
  readonly probe: Sources['probe'];
  /** Both absent where the answer was healthy, so that nothing was looked at. */
  readonly settings?: Sources['settings'];
  readonly recording?: Recording;
}

const NOT_ANSWERED = {
  reason: 'Timeout',
  message: 'Not looked at within the time limit of the diagnosis',
} as const;

const byJSON = (a: unknown, b: unknown): number => byCodeUnit(JSON.stringify(a), JSON.stringify(b));

const unique = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** Each value once, in an order that does not hang on which look was faster. */
const distinct = <T>(values: readonly T[]): readonly T[] => [...unique(values)].sort(byJSON);

/** Each object once; Events that are equal in all that is kept of them as often as one look showed them. */
function objectsOf(kind: Kind, seen: readonly SeenObjects[]): readonly object[] {
  const most = new Map<string, readonly object[]>();
  for (const look of seen.filter((each) => each.kind === kind)) {
    for (const [text, same] of Map.groupBy(look.objects, (object) => JSON.stringify(object))) {
      if (same.length > (most.get(text)?.length ?? 0)) most.set(text, same);
    }
  }
  return [...most].sort(([a], [b]) => byCodeUnit(a, b)).flatMap(([, same]) => same);
}

function manifestOf(kind: Kind, object: object, index: number): object {
  const apiVersion = apiVersionOf(KINDS[kind].resource);
  return kind === 'Event'
    ? eventManifest(object as KubernetesEvent, apiVersion, index)
    : { apiVersion, kind, ...object };
}

/** An Event as events.k8s.io/v1 writes it; its own name is not kept, and nobody asks for it. */
function eventManifest(
  { message, time, count, reporter, ...event }: KubernetesEvent,
  apiVersion: string,
  index: number,
): object {
  const { name, namespace = 'default' } = event.regarding;
  return {
    apiVersion,
    kind: 'Event',
    metadata: { name: `${name}.${index}`, namespace },
    ...event,
    note: message,
    ...(time === '' ? {} : { deprecatedLastTimestamp: time }),
    ...(count === undefined ? {} : { deprecatedCount: count }),
    ...(reporter === undefined ? {} : { reportingController: reporter }),
  };
}

function clusterFile({ seen }: Pick<Recording, 'seen'>): string {
  const manifests = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    objectsOf(kind, seen).map((object, index) => manifestOf(kind, object, index)),
  );
  return manifests.map(yamlOf).join('---\n');
}

const yamlOf = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });

/** `spec.target`, as it was before its namespace was filled in. */
function targetSpec(target: Target): TargetSpec {
  if (target.kind === 'URL') return { url: target.url };
  if (target.kind === 'Service') {
    const { kind, namespace, ...serviceRef } = target;
    return { serviceRef };
  }
  const { kind, namespace, ...route } = target;
  return kind === 'Ingress' ? { ingressRef: route } : { httpRouteRef: route };
}

function unreadableOf({ unreadable, pending }: Recording): readonly Unreadable[] {
  return distinct([...unreadable, ...[...pending].map((look) => ({ ...look, ...NOT_ANSWERED }))]);
}

/** Figures for metrics alone are of no use to a judge. */
function observationOf({ detail, ...observation }: Observation): ObservationFile['observation'] {
  return observation;
}

const withoutFigures = <Answer extends { readonly observation: Observation }>(answer: Answer) => ({
  ...answer,
  observation: observationOf(answer.observation),
});

function triedFields(recording: Recording | undefined): Partial<ObservationFile> {
  if (recording === undefined) return {};
  const { dns, dials, hops, health, repeats: [repeat] = [], logs } = recording;
  const unreadable = unreadableOf(recording);
  const asked = hops?.map(withoutFigures);
  const healthy = health?.map(withoutFigures);
  return {
    ...(dns && { dns: distinct(dns) }),
    ...(dials && { dials: distinct(dials) }),
    ...(asked && { hops: distinct(asked) }),
    ...(healthy && { health: distinct(healthy) }),
    ...(repeat && { repeat: observationOf(repeat) }),
    ...(logs && { logs: distinct(logs) }),
    ...(unreadable.length > 0 && { unreadable }),
  };
}

function observationFile(one: DiagnosedCase): string {
  const { probe, settings, observation, recording, diagnose, judged } = one;
  const { hops, podLogs, clusterDomain } = settings ?? {};
  const file: ObservationFile = {
    namespace: probe.namespace,
    ...(probe.name === undefined ? {} : { name: probe.name }),
    ...(probe.failingSince === undefined ? {} : { failingSince: probe.failingSince }),
    ...(probe.headers && redacted({ headers: probe.headers })),
    ...(probe.bodyBytes === undefined ? {} : { bodyBytes: probe.bodyBytes }),
    target: redacted(targetSpec(probe.target)),
    ...(diagnose && { diagnose }),
    ...(hops && podLogs && { settings: { hops, podLogs, ...(clusterDomain && { clusterDomain }) } }),
    observation: observationOf(observation),
    ...triedFields(recording),
    ...(judged && { judged }),
  };
  return yamlOf(file);
}

/** What AWS answered, in the shape of aws.yaml; of lists that were asked for in parts, all of them. */
function awsFile(settings: AwsSettings | undefined, answers: readonly AwsAnswer[]): string {
  const found = [...Map.groupBy(answers, ({ look }) => look)].flatMap(([look, same]) => {
    const values = same.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
    if (values.length === 0) return [];
    return [[look, Array.isArray(values[0]) ? unique(values.flat()) : values[0]] as const];
  });
  const unreadable = distinct(answers.flatMap(({ look, answer }) => failureOf(look, answer)));
  return yamlOf({
    ...(settings && { settings }),
    ...Object.fromEntries(found.sort(([a], [b]) => byCodeUnit(a, b))),
    ...(unreadable.length > 0 && { unreadable }),
  });
}

const failureOf = (look: keyof AwsReader, answer: Lookup<unknown>) =>
  answer.ok ? [] : [{ look, reason: answer.reason, message: answer.message }];

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    throw new DumpError(`${folder} cannot be made: ${why}.`, { cause });
  }
  throw new DumpError(`${folder} is not empty: give a folder that is, or that does not exist yet.`);
}

/** Writes a folder that `readSavedCase` reads again, without secrets; only its owner may read it. Throws DumpError. */
export async function writeCase(folder: string, one: DiagnosedCase): Promise<void> {
  await emptyFolder(folder);
  const { recording, settings } = one;
  const files = {
    'cluster.yaml': clusterFile(recording ?? { seen: [] }),
    'observation.yaml': observationFile(one),
    ...(recording?.aws && { 'aws.yaml': awsFile(settings?.aws, recording.aws) }),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(folder, name), text, { mode: 0o600 });
  }
}
