import type { Symptom } from '../model/check.ts';
import type { MatrixRow } from '../model/matrix.ts';
import type { Observation } from '../model/observation.ts';
import { symptomsOf } from '../model/symptoms.ts';

/** `spec.diagnose.checks`: names of checks to leave out, or the only ones to run. */
export interface CheckFilter {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface Selection {
  /** The most telling symptom's rows, the infrastructure's before the application's. */
  readonly rows: readonly MatrixRow[];
  /** Ids of the checks to run, in the rows' order, each once. */
  readonly checks: readonly string[];
}

/** Rows of one symptom: an exact code wins over its class. */
export function rowsFor(matrix: readonly MatrixRow[], symptoms: readonly Symptom[]): readonly MatrixRow[] {
  for (const symptom of symptoms) {
    const rows = matrix.filter(({ on }) => on.includes(symptom));
    if (rows.length > 0) return rows;
  }
  return [];
}

/** What was seen → the matrix rows that speak of it and the checks that they name. */
export function select(
  matrix: readonly MatrixRow[],
  observation: Observation,
  { include = [], exclude = [] }: CheckFilter = {},
): Selection {
  const rows = rowsFor(matrix, symptomsOf(observation));
  const named = [...new Set(rows.flatMap(({ checks }) => checks))];
  const wanted = named.filter(
    (id) => (include.length === 0 || include.includes(id)) && !exclude.includes(id),
  );
  return { rows, checks: wanted };
}
