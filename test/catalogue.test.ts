import { beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../src/diagnosis/checks/index.ts';
import { MATRIX } from '../src/diagnosis/matrix/matrix.ts';
import type { Check, ReasonDefinition } from '../src/diagnosis/model/check.ts';
import type { Diagnosis } from '../src/diagnosis/model/diagnosis.ts';
import type { MatrixRow } from '../src/diagnosis/model/matrix.ts';
import {
  type Expected,
  judgeScenario,
  readExpected,
  readScenario,
  scenarioNames,
} from './support/scenarios.ts';

interface NamedReason extends ReasonDefinition {
  readonly check: string;
  readonly name: string;
}

const checks: readonly Check[] = CHECKS;
const matrix: readonly MatrixRow[] = MATRIX;
const reasons: readonly NamedReason[] = checks.flatMap(({ id, reasons: own }) =>
  Object.entries(own).map(([name, reason]) => ({ check: id, name, ...reason })),
);
const reasonNames = reasons.map(({ name }) => name);

const reasonsWhere = (isBad: (reason: NamedReason) => boolean): string[] =>
  reasons.filter(isBad).map(({ check, name }) => `${check} ${name}`);

/** The rows of both sections, as people know them. */
const ROWS = {
  DevOps: '1xx 3xx 400 401 403 404 408 409 429 502 503 504 5xx Timeout Connection DNS TLS TargetNotFound',
  Developer: '200 201 204 400 401 403 404 405 408 409 415 422 429 500 501 502 503 504 Timeout 4xx Assertion',
};

let expected: readonly Expected[] = [];
let diagnoses: readonly Diagnosis[] = [];

beforeAll(async () => {
  const names = scenarioNames();
  expected = await Promise.all(names.map(readExpected));
  diagnoses = await Promise.all(names.map(async (name) => judgeScenario(await readScenario(name))));
});

const repeated = (words: readonly string[]): string[] =>
  words.filter((word, index) => words.indexOf(word) < index);

describe('the matrix and the checks name each other', () => {
  test('every check is named by a row', () => {
    const named = new Set(matrix.flatMap((row) => row.checks));
    expect(checks.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
  });

  test('every row names checks that exist, each once', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(matrix.flatMap((row) => row.checks).filter((id) => !ids.has(id))).toEqual([]);
    expect(matrix.flatMap((row) => repeated(row.checks))).toEqual([]);
  });

  test.each(['DevOps', 'Developer'] as const)('every row of the side of %s is there', (side) => {
    const rows = matrix.filter((row) => row.side === side).map(({ row }) => row);
    expect(rows.sort()).toEqual(ROWS[side].split(' ').sort());
  });

  test('every row that can fail is the right one in a scenario', () => {
    const applied = new Set(diagnoses.map(({ matrix: row }) => `${row?.side} ${row?.row}`));
    const canFail = matrix.filter(({ on, owner }) => on.length > 0 && owner !== 'None');
    const rows = canFail.map(({ side, row }) => `${side} ${row}`);
    expect(rows.filter((row) => !applied.has(row))).toEqual([]);
  });
});

describe('the checks', () => {
  test('ids and reasons are unique across all checks', () => {
    expect(repeated(checks.map(({ id }) => id))).toEqual([]);
    expect(repeated(reasonNames)).toEqual([]);
  });

  test('ids are words with hyphens, reasons are CamelCase', () => {
    expect(checks.map(({ id }) => id).filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
    expect(reasonNames.filter((name) => !/^([A-Z][a-z]*\d*)+$/.test(name) || name.length > 63)).toEqual([]);
  });

  test('a title is one sentence without a full stop', () => {
    expect(checks.map(({ title }) => title).filter((title) => !/^[A-Z“].*[^.]$/.test(title))).toEqual([]);
  });

  test('a check that needs evidence does not want it too', () => {
    const both = checks.filter(({ needs, wants }) => wants.some((slot) => needs.includes(slot)));
    expect(both.map(({ id }) => id)).toEqual([]);
  });
});

describe('the reasons', () => {
  test('explain something, and lead to reasons that exist', () => {
    expect(reasonsWhere(({ explains }) => explains.length === 0)).toEqual([]);
    expect(reasonsWhere(({ leadsTo = [] }) => leadsTo.some((name) => !reasonNames.includes(name)))).toEqual(
      [],
    );
  });

  test('do not lead to themselves, directly or around', () => {
    const next = new Map(reasons.map(({ name, leadsTo = [] }) => [name, leadsTo]));
    const reached = (from: string, seen = new Set<string>()): Set<string> => {
      for (const name of next.get(from) ?? []) {
        if (seen.has(name)) continue;
        seen.add(name);
        reached(name, seen);
      }
      return seen;
    };
    expect(reasonNames.filter((name) => reached(name).has(name))).toEqual([]);
  });

  test('say how they are mended, but for symptoms that accuse nobody', () => {
    expect(
      reasonsWhere(
        ({ severity, owner, fix }) => severity === 'Error' && owner !== 'Unknown' && fix === undefined,
      ),
    ).toEqual([]);
  });

  test('have texts of one sentence without a full stop', () => {
    const isSentence = (text: string) => /^[A-Z{][^\n]*[^.\s]$/.test(text) && !/[.!?] [A-Z]/.test(text);
    expect(reasonsWhere(({ message, fix = 'None' }) => ![message, fix].every(isSentence))).toEqual([]);
  });

  test('have messages without numbers that move by themselves', () => {
    const movingSlot = /×|\{(age|count|latency|restarts|seconds|milliseconds|times)\}|\bx\{/;
    expect(reasonsWhere(({ message }) => movingSlot.test(message))).toEqual([]);
    const messages = diagnoses.flatMap(({ findings }) => findings.map(({ message }) => message));
    const movingNumber = /×|\bx\d|(?<![\w.])\d+ ?(ms|s|m|h|seconds|minutes|times)\b/;
    expect(messages.filter((message) => movingNumber.test(message))).toEqual([]);
  });

  test('quote the names in their commands', () => {
    const isQuoted = (command: string) =>
      /^\{\w+\}$/.test(command) || !/^[^']*\{/.test(command.replace(/'[^']*'/g, ''));
    expect(reasonsWhere(({ command = '' }) => !isQuoted(command))).toEqual([]);
  });

  test('every reason is reached by a scenario', () => {
    const reached = new Set(expected.flatMap(({ findings }) => findings));
    expect(reasonsWhere(({ name }) => !reached.has(name))).toEqual([]);
  });

  test('every reason that proves an error is the verdict of a scenario', () => {
    const verdicts = new Set(expected.map(({ reason }) => reason));
    expect(reasonsWhere(({ name, severity }) => severity === 'Error' && !verdicts.has(name))).toEqual([]);
  });
});
