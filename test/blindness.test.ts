import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHECKS } from '../src/diagnosis/checks/index.ts';
import type { Check } from '../src/diagnosis/model/check.ts';
import type { Diagnosis, JudgedFinding } from '../src/diagnosis/model/diagnosis.ts';
import { type Gathered, NOT_APPLICABLE } from '../src/diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../src/diagnosis/model/lookup.ts';
import {
  NOT_CHECKED_REASONS,
  type NotCheckedReason,
  SEVERITIES,
  type Severity,
} from '../src/diagnosis/model/vocabulary.ts';
import { runChecks } from '../src/diagnosis/verdict/check-outcomes.ts';
import type { AwsReader } from '../src/evidence/aws/reader.ts';
import { isKind, KINDS, type Kind } from '../src/evidence/cluster/kinds.ts';
import type { ClusterReader } from '../src/evidence/cluster/reader.ts';
import { withUnreadable } from '../src/evidence/cluster/unreadable.ts';
import type { SavedCase } from '../src/evidence/saved-case.ts';
import { judgeScenario, readScenario, scenarioNames } from './support/scenarios.ts';

const checks: readonly Check[] = CHECKS;

/** The heaviest finding of each check: with less evidence it may name a reason or an object less closely. */
function severitiesIn({ findings }: Diagnosis): ReadonlyMap<string, Severity> {
  const heaviest = (all: readonly JudgedFinding[]) =>
    SEVERITIES.find((severity) => all.some((finding) => finding.severity === severity)) ?? 'Info';
  return new Map(
    [...Map.groupBy(findings, ({ check }) => check)].map(([check, all]) => [check, heaviest(all)]),
  );
}

/** Checks that speak where they did not, or louder. */
function louder(before: Diagnosis, after: Diagnosis): readonly JudgedFinding[] {
  const known = severitiesIn(before);
  const weight = (severity: Severity = 'Info') => SEVERITIES.indexOf(severity);
  return after.findings.filter(({ check, severity }) => weight(severity) < weight(known.get(check)));
}

const verdictOn = ({ verdict }: Diagnosis, findings: readonly JudgedFinding[]): string[] =>
  findings.some(({ reason }) => reason === verdict.reason) ? [`${verdict.confidence} ${verdict.reason}`] : [];

/** What a diagnosis with less evidence accuses, and one with more does not. */
function accusedBlindly(before: Diagnosis, after: Diagnosis): readonly string[] {
  // A guess in place of a proof is allowed only where it calls itself one.
  if (after.verdict.confidence === 'Low') return [];
  const findings = louder(before, after);
  const errors = findings.filter(({ severity }) => severity === 'Error').map(({ reason }) => reason);
  return [...errors, ...verdictOn(after, findings)];
}

/** A reader that remembers which kinds it was asked for. */
function watched(reader: ClusterReader): { readonly reader: ClusterReader; readonly kinds: Set<Kind> } {
  const kinds = new Set<Kind>();
  return {
    kinds,
    reader: {
      get: (kind, key) => reader.get(kinds.add(kind) && kind, key),
      list: (kind, scope) => reader.list(kinds.add(kind) && kind, scope),
    },
  };
}

/** A cluster that does not know the kind has no object of it: that is seen, and no blindness. */
const isSeenAbsence = (kind: Kind, reason: NotCheckedReason): boolean =>
  kind === 'BackendTLSPolicy' && reason === 'NotInstalled';

const without = (saved: SavedCase, source: 'dial' | 'ask' | 'readLog' | 'resolve' | 'aws'): SavedCase => {
  const { [source]: _, ...sources } = saved.sources;
  return { ...saved, sources: sources as SavedCase['sources'] };
};

/** AWS that answers all but some looks. */
const awsWithout = (aws: AwsReader, closed: readonly string[], reason: NotCheckedReason): AwsReader =>
  new Proxy(aws, {
    get: (reader, look: keyof AwsReader) =>
      closed.includes(look) ? async () => couldNotLook(reason, `Could not ask for ${look}`) : reader[look],
  });

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

/** The rules of the operator's ClusterRole, each as the kinds that it lets be read. */
function ruledKinds(): readonly (readonly Kind[])[] {
  const file = path.join(import.meta.dirname, '..', 'deploy', 'base', 'cluster-role.yaml');
  const [role] = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
  const kinds = Object.keys(KINDS).filter(isKind);
  return (role as { rules: readonly Rule[] }).rules
    .map(({ apiGroups, resources }) =>
      kinds.filter((kind) => {
        const { group, plural } = KINDS[kind].resource;
        return apiGroups.includes(group) && resources.includes(plural);
      }),
    )
    .filter(({ length }) => length > 0);
}

const RULES = ruledKinds();

describe('a look that cannot be taken never makes a finding', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const saved = await readScenario(name);
    const { reader, kinds } = watched(saved.sources.reader);
    const before = await judgeScenario(saved, reader);
    for (const kind of kinds) {
      for (const reason of NOT_CHECKED_REASONS.filter((one) => !isSeenAbsence(kind, one))) {
        const message = `Could not look at ${KINDS[kind].resource.plural}`;
        const closed = withUnreadable(saved.sources.reader, [{ kind, reason, message }]);
        const after = await judgeScenario(saved, closed);
        expect(accusedBlindly(before, after), `${kind} ${reason}`).toEqual([]);
      }
    }
    for (const rule of RULES.filter((ruled) => ruled.length > 1 && ruled.some((kind) => kinds.has(kind)))) {
      const unreadable = rule.map((kind) => ({
        kind,
        reason: 'Forbidden' as const,
        message: 'not permitted',
      }));
      const after = await judgeScenario(saved, withUnreadable(saved.sources.reader, unreadable));
      expect(accusedBlindly(before, after), `without the rule for ${rule.join(', ')}`).toEqual([]);
    }
    for (const source of ['dial', 'ask', 'readLog', 'resolve', 'aws'] as const) {
      const after = await judgeScenario(without(saved, source));
      expect(verdictOn(after, louder(before, after)), `without ${source}`).not.toContainEqual(
        expect.stringMatching(/^High/),
      );
    }
  });
});

describe('AWS that cannot be asked never makes a finding', () => {
  test.each(scenarioNames().filter((name) => name.includes('alb') || name.includes('waf')))(
    '%s',
    async (name) => {
      const saved = await readScenario(name);
      const { aws } = saved.sources;
      if (aws === undefined) return;
      const before = await judgeScenario(saved);
      const looks = Object.keys(aws);
      for (const closed of [looks, ...looks.map((look) => [look])]) {
        for (const reason of NOT_CHECKED_REASONS) {
          const sources = { ...saved.sources, aws: awsWithout(aws, closed, reason) };
          const after = await judgeScenario({ ...saved, sources });
          expect(accusedBlindly(before, after), `${closed.join(', ')} ${reason}`).toEqual([]);
        }
      }
    },
  );
});

describe.each(checks)('the check $id', (check) => {
  const seen = Object.fromEntries(check.needs.map((slot) => [slot, found({})])) as Gathered;

  test.each(check.needs)('without %s says why, and finds nothing', (slot) => {
    for (const reason of NOT_CHECKED_REASONS) {
      const gathered = { ...seen, [slot]: couldNotLook(reason, 'not seen') };
      expect(runChecks([check], gathered)).toEqual({
        findings: [],
        notChecked: [{ check: check.id, reason, message: 'not seen' }],
      });
    }
    expect(runChecks([check], { ...seen, [slot]: NOT_APPLICABLE })).toEqual({ findings: [], notChecked: [] });
  });
});
