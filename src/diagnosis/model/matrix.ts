import type { Symptom } from './check.ts';
import type { Owner } from './vocabulary.ts';

/** Which half of the matrix a row stands in: networking and infrastructure, or the application. */
export type Side = 'DevOps' | 'Developer';

/** A row of the troubleshooting matrix as data, with the checks that answer it. */
export interface MatrixRow<CheckId extends string = string> {
  /** Shown to people: `502`, `5xx`, `Timeout`… */
  readonly row: string;
  readonly side: Side;
  readonly on: readonly Symptom[];
  readonly meaning: string;
  readonly likelyCause: string;
  /** Who looks first. */
  readonly owner: Owner;
  readonly fixArea: string;
  readonly checks: readonly CheckId[];
}
