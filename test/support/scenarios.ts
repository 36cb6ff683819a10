import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Diagnosis } from '../../src/diagnosis/model/diagnosis.ts';
import type { Confidence, Layer, NotCheckedReason, Owner } from '../../src/diagnosis/model/vocabulary.ts';
import { readDump, readYaml } from '../../src/evidence/cluster/dump.ts';
import { isKind, KINDS } from '../../src/evidence/cluster/kinds.ts';
import type { RawObject } from '../../src/evidence/cluster/objects.ts';
import type { ClusterReader } from '../../src/evidence/cluster/reader.ts';
import { fieldsOutside, type Shape } from '../../src/evidence/cluster/shape.ts';
import { createSteps } from '../../src/evidence/gather.ts';
import { readSavedCase, type SavedCase } from '../../src/evidence/saved-case.ts';
import { apiVersionOf } from '../../src/kubernetes/resources.ts';
import { diagnose, type Steps } from '../../src/pipeline.ts';

/** expected.yaml: the verdict that a scenario must get. */
export interface Expected {
  readonly owner: Owner;
  readonly layer: Layer;
  readonly reason: string;
  /** `ref` of the culprit; null where nobody is accused. */
  readonly culprit: string | null;
  readonly confidence: Confidence;
  /** Reasons, the cause first. */
  readonly findings: readonly string[];
  readonly notChecked?: readonly { readonly check: string; readonly reason: NotCheckedReason }[];
  /** `Service/shop Failed`; a hop without a reference by its kind: `DNS OK`. */
  readonly path?: readonly string[];
  /** `2026-01-01T00:00:00Z Deployment/shop scaled (kubectl)`, latest first. */
  readonly changes?: readonly string[];
}

const EXPECTED: Shape<Expected> = {
  owner: true,
  layer: true,
  reason: true,
  culprit: true,
  confidence: true,
  findings: true,
  notChecked: [{ check: true, reason: true }],
  path: true,
  changes: true,
};

export const SCENARIOS_FOLDER = path.join(import.meta.dirname, '..', 'scenarios');

export const scenarioNames = (): readonly string[] =>
  readdirSync(SCENARIOS_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const folderOf = (name: string): string => path.join(SCENARIOS_FOLDER, name);

export const readScenario = (name: string): Promise<SavedCase> => readSavedCase(folderOf(name));

export const readScenarioObjects = (name: string): Promise<readonly RawObject[]> => readDump(folderOf(name));

/** Throws where expected.yaml has a field that nobody compares, or lacks one. */
export async function readExpected(name: string): Promise<Expected> {
  const [document] = await readYaml(path.join(folderOf(name), 'expected.yaml'));
  const unknown = fieldsOutside(EXPECTED, document);
  const required = ['owner', 'layer', 'reason', 'culprit', 'confidence', 'findings'];
  const absent = required.filter((field) => !Object.hasOwn(document as object, field));
  const complaints = [...unknown.map((field) => `unknown ${field}`), ...absent.map((field) => `no ${field}`)];
  if (complaints.length > 0) throw new Error(`${name}/expected.yaml: ${complaints.join(', ')}`);
  return document as Expected;
}

function complaintsAbout(object: RawObject): string[] {
  const { kind, metadata } = object;
  const name = `${kind}/${metadata.name}`;
  if (!isKind(kind)) return [`${name}: no evidence is made of this kind`];
  const { resource, shape } = KINDS[kind];
  const versions = Object.values(KINDS)
    .filter((each) => each.resource.kind === kind)
    .map((each) => apiVersionOf(each.resource));
  const isVersion = kind === 'Event' || versions.includes(object.apiVersion);
  const unknown = shape === undefined ? [] : fieldsOutside(shape as Shape<unknown>, object);
  return [
    ...(isVersion ? [] : [`${name}: apiVersion must be ${versions.join(' or ')}`]),
    ...(resource.namespaced === (metadata.namespace !== undefined) ? [] : [`${name}: metadata.namespace`]),
    ...unknown.map((field) => `${name}: no check reads ${field}`),
  ];
}

/** Fields and kinds in cluster.yaml that cannot matter: mostly a slip of the pen. */
export const complaintsAboutCluster = async (name: string): Promise<readonly string[]> =>
  (await readDump(folderOf(name))).flatMap(complaintsAbout);

/** Dials, hops and logs of something that the cluster does not hold: nobody would ever ask for them. */
export async function complaintsAboutObservation(name: string): Promise<readonly string[]> {
  const [document] = await readYaml(path.join(folderOf(name), 'observation.yaml'));
  const {
    dials = [],
    hops = [],
    logs = [],
    dns = [],
  } = document as Record<string, { address?: string; podName?: string }[]>;
  // A load balancer that an Ingress publishes by its name has its addresses from DNS alone.
  const known = JSON.stringify([await readDump(folderOf(name)), dns]);
  const named = [...dials, ...hops, ...logs].flatMap(({ address, podName }) => address ?? podName ?? []);
  return named.filter((each) => !known.includes(JSON.stringify(each)));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Locates, gathers and judges as the operator does, from the saved observation on. */
export async function judgeScenario(
  { observation, sources, diagnose: options }: SavedCase,
  reader: ClusterReader = sources.reader,
  hidden: Steps['hidden'] = async () => [],
): Promise<Diagnosis> {
  const { target, namespace } = sources.probe;
  const { checks = {}, mute = [] } = options;
  const { diagnosis } = await diagnose(
    { target, namespace, diagnose: { enabled: true, checks, mute } },
    { observe: async () => observation, ...createSteps({ ...sources, reader }), hidden, sha256 },
  );
  if (diagnosis === undefined) throw new Error('Nothing was diagnosed');
  return diagnosis;
}

/** A diagnosis in the words of expected.yaml, with as much as it compares. */
export const inWordsOf = (
  expected: Expected,
  { verdict, findings, notChecked, path: way, changes = [] }: Diagnosis,
): Expected => ({
  owner: verdict.owner,
  layer: verdict.layer,
  reason: verdict.reason,
  culprit: verdict.culprit?.ref ?? null,
  confidence: verdict.confidence ?? 'High',
  findings: findings.map(({ reason }) => reason),
  ...(expected.notChecked && { notChecked: notChecked.map(({ check, reason }) => ({ check, reason })) }),
  ...(expected.path && { path: way.map(({ hop, ref, result }) => `${ref ?? hop} ${result}`) }),
  ...(expected.changes && {
    changes: changes.map(
      ({ time, subject, message, manager }) => `${time} ${subject.ref} ${message} (${manager})`,
    ),
  }),
});
