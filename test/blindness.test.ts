import { describe, expect, test } from 'vitest';
import type { Diagnosis, JudgedFinding } from '../src/diagnosis/model/diagnosis.ts';
import { NOT_CHECKED_REASONS, SEVERITIES, type Severity } from '../src/diagnosis/model/vocabulary.ts';
import { KINDS, type Kind } from '../src/evidence/cluster/kinds.ts';
import type { ClusterReader } from '../src/evidence/cluster/reader.ts';
import { withUnreadable } from '../src/evidence/cluster/unreadable.ts';
import type { SavedCase } from '../src/evidence/saved-case.ts';
import { judgeScenario, readScenario, scenarioNames } from './support/scenarios.ts';

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

const without = (saved: SavedCase, source: 'dial' | 'ask' | 'readLog'): SavedCase => {
  const { [source]: _, ...sources } = saved.sources;
  return { ...saved, sources: sources as SavedCase['sources'] };
};

describe('a look that cannot be taken never makes a finding', () => {
  test.each(scenarioNames())('%s', async (name) => {
    const saved = await readScenario(name);
    const { reader, kinds } = watched(saved.sources.reader);
    const before = await judgeScenario(saved, reader);
    for (const kind of kinds) {
      for (const reason of NOT_CHECKED_REASONS) {
        const message = `Could not look at ${KINDS[kind].resource.plural}`;
        const closed = withUnreadable(saved.sources.reader, [{ kind, reason, message }]);
        const after = await judgeScenario(saved, closed);
        const found = louder(before, after);
        // A guess in place of a proof is allowed only where it calls itself one.
        const isGuess = after.verdict.confidence === 'Low';
        const errors = found.filter(({ severity }) => severity === 'Error');
        const told = [...errors.map((finding) => finding.reason), ...verdictOn(after, found)];
        expect(isGuess ? [] : told, `${kind} ${reason}`).toEqual([]);
      }
    }
    for (const source of ['dial', 'ask', 'readLog'] as const) {
      const after = await judgeScenario(without(saved, source));
      expect(verdictOn(after, louder(before, after)), `without ${source}`).not.toContainEqual(
        expect.stringMatching(/^High/),
      );
    }
  });
});
