import type { Finding, Symptom } from '../model/check.ts';
import type { AppliedRow, Diagnosis, JudgedFinding, Mute, Verdict } from '../model/diagnosis.ts';
import type { Gathered, Route } from '../model/evidence.ts';
import type { Observation } from '../model/observation.ts';
import type { ObjectReference } from '../model/reference.ts';
import { symptomsOf } from '../model/symptoms.ts';
import { CONFIDENCES, type Confidence, SEVERITIES } from '../model/vocabulary.ts';
import type { Outcomes } from './check-outcomes.ts';
import { byWeight } from './order.ts';
import { drawPath } from './path.ts';
import { unexplained } from './unexplained.ts';

export interface Case {
  readonly observation: Observation;
  readonly evidence: Route & Gathered;
  readonly outcomes: Outcomes;
  readonly mute: readonly Mute[];
  /** Rows of the matrix for this symptom: the infrastructure's first, then the application's. */
  readonly rows: readonly AppliedRow[];
  /** Hexadecimal SHA-256 of a text; comes in as a function because judging is free of libraries. */
  readonly sha256: (text: string) => string;
}

/** A finding on trial: muted or not, and what it follows from. */
interface Suspect {
  readonly finding: Finding;
  readonly id: string;
  readonly muted: boolean;
  readonly explains: boolean;
}

const isMuted = (finding: Finding, mute: readonly Mute[], now: string): boolean =>
  mute.some(
    ({ reason, subject = {}, until }) =>
      reason === finding.reason &&
      (until === undefined || Date.parse(now) < Date.parse(until)) &&
      (['kind', 'namespace', 'name'] as const).every(
        (key) => subject[key] === undefined || subject[key] === finding.subject[key],
      ),
  );

/** A Pod counts as its workload, so that a replaced Pod is the same finding; of one object, fields are told apart. */
function stableSubject(subject: ObjectReference, { pods }: Route): string {
  const owner = subject.kind === 'Pod' && pods.ok ? pods.value.ownerOf.get(subject.name) : undefined;
  return [(owner ?? subject).ref, ...(subject.field === undefined ? [] : [subject.field])].join('\n');
}

function suspects({ observation, evidence, outcomes, mute, sha256 }: Case): Suspect[] {
  const symptoms: readonly Symptom[] = symptomsOf(observation);
  const all = [...outcomes.findings].sort(byWeight).map((finding) => ({
    finding,
    id: sha256(`${finding.check}\n${finding.reason}\n${stableSubject(finding.subject, evidence)}`).slice(
      0,
      12,
    ),
    muted: isMuted(finding, mute, observation.time),
    explains: finding.explains.some((symptom) => symptoms.includes(symptom)),
  }));
  return all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
}

/** A warning, which speaks of some Pods, is no cause of an error, which speaks of all. */
const leadsTo = ({ finding: cause }: Suspect, { finding: effect }: Suspect): boolean =>
  cause.severity !== 'Info' &&
  SEVERITIES.indexOf(cause.severity) <= SEVERITIES.indexOf(effect.severity) &&
  cause.leadsTo.includes(effect.reason);

/** The best proved finding that leads to this one. */
const causeOf = (suspect: Suspect, all: readonly Suspect[]): Suspect | undefined =>
  all.find((other) => leadsTo(other, suspect));

/** What leads to something that explains the symptom explains it too. */
const explains = (suspect: Suspect, all: readonly Suspect[]): boolean =>
  suspect.explains || all.some((effect) => effect.explains && leadsTo(suspect, effect));

const lower = (confidence: Confidence): Confidence =>
  CONFIDENCES[CONFIDENCES.indexOf(confidence) + 1] ?? 'Low';

/** Another cause of equal weight and another owner: say the doubt. */
const isContested = (chosen: Suspect, roots: readonly Suspect[]): boolean =>
  roots.some(
    ({ finding }) =>
      finding.owner !== chosen.finding.owner &&
      finding.severity === chosen.finding.severity &&
      finding.confidence === chosen.finding.confidence,
  );

function accuse(chosen: Suspect, roots: readonly Suspect[]): Verdict {
  const { owner, layer, reason, message, subject, confidence, fix, command } = chosen.finding;
  return {
    owner,
    layer,
    reason,
    summary: message,
    culprit: subject,
    confidence: isContested(chosen, roots) ? lower(confidence) : confidence,
    ...(fix === undefined ? {} : { fix }),
    ...(command === undefined ? {} : { commands: [command] }),
  };
}

function judged(suspect: Suspect, all: readonly Suspect[]): JudgedFinding {
  const { explains, leadsTo, confidence, command, ...shown } = suspect.finding;
  const cause = causeOf(suspect, all);
  return {
    id: suspect.id,
    ...shown,
    ...(cause === undefined ? {} : { causedBy: cause.id }),
    ...(suspect.muted ? { muted: true } : {}),
  };
}

/** The matrix row of the side that the verdict points to, where the matrix has one for both. */
const appliedRow = (rows: readonly AppliedRow[], { layer, owner }: Verdict): AppliedRow | undefined => {
  const side = layer === 'Application' || owner === 'Developer' ? 'Developer' : 'DevOps';
  return rows.find((row) => row.side === side) ?? rows[0];
};

/** Findings → one cause, its symptoms folded under it. Pure: the same case gives the same bytes. */
export function judge(trial: Case): Diagnosis {
  const all = suspects(trial);
  const free = all.filter(({ muted }) => !muted);
  const roots = free.filter(
    (suspect) =>
      suspect.finding.severity !== 'Info' && explains(suspect, free) && causeOf(suspect, free) === undefined,
  );
  const errors = roots.filter(({ finding }) => finding.severity === 'Error');
  const chosen = errors[0] ?? roots[0];
  const verdict =
    chosen === undefined ? unexplained(trial.observation, trial.rows[0]) : accuse(chosen, roots);
  const row = appliedRow(trial.rows, verdict);
  const ordered = chosen === undefined ? all : [chosen, ...all.filter((suspect) => suspect !== chosen)];
  return {
    verdict,
    ...(row === undefined ? {} : { matrix: row }),
    ...drawPath(trial.evidence, trial.outcomes.findings),
    findings: ordered.map((suspect) => judged(suspect, all)),
    notChecked: trial.outcomes.notChecked,
  };
}
