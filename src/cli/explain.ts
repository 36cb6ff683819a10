import { CHECKS } from '../diagnosis/checks/index.ts';
import { MATRIX } from '../diagnosis/matrix/matrix.ts';
import { rowsFor } from '../diagnosis/matrix/select.ts';
import type { Check, Symptom } from '../diagnosis/model/check.ts';
import type { MatrixRow } from '../diagnosis/model/matrix.ts';
import { UsageError } from './usage-error.ts';

export interface ExplainedRow extends Omit<MatrixRow, 'on' | 'checks'> {
  readonly checks: readonly { readonly id: string; readonly title: string }[];
}

const CHECKS_BY_ID: ReadonlyMap<string, Check> = new Map(CHECKS.map((check) => [check.id, check]));

/** Names of the rows that are not a code: `5xx`, `Timeout`… */
const NAMED_ROWS = [...new Set(MATRIX.map(({ row }) => row))].filter((row) => !/^\d{3}$/.test(row));

const explained = ({ on, checks, ...row }: MatrixRow): ExplainedRow => ({
  ...row,
  checks: checks.map((id) => ({ id, title: CHECKS_BY_ID.get(id)?.title ?? id })),
});

/** The matrix rows for a code such as `502`, or for a row's own name such as `5xx` or `Timeout`. */
export function explain(code: string): readonly ExplainedRow[] {
  const matrix: readonly MatrixRow[] = MATRIX;
  const named = matrix.filter(({ row }) => row.toLowerCase() === code.toLowerCase());
  if (named.length > 0) return named.map(explained);
  if (!/^[1-5]\d\d$/.test(code)) {
    throw new UsageError(
      `${JSON.stringify(code)} is not a status code: give one from 100 to 599, or one of ${NAMED_ROWS.join(', ')}`,
    );
  }
  const symptoms: Symptom[] = [Number(code), `${code[0]}xx` as Symptom];
  return rowsFor(matrix, symptoms).map(explained);
}

const SIDES = {
  DevOps: 'Networking and infrastructure',
  Developer: 'Application',
} as const;

function rowText({ side, owner, likelyCause, fixArea, checks }: ExplainedRow): string {
  const looks = owner === 'None' ? 'nobody: nothing is broken' : owner;
  const lines = [
    `${SIDES[side]}`,
    `  Likely cause      ${likelyCause}`,
    `  Who looks first   ${looks}`,
    `  Where to fix      ${fixArea}`,
    ...checks.map(
      ({ id, title }, index) => `  ${index === 0 ? 'Checks' : '      '}            ${id}: ${title}`,
    ),
  ];
  return lines.join('\n');
}

/** What `statusprobe explain` prints for people. */
export function explainText(code: string, rows: readonly ExplainedRow[]): string {
  const [first] = rows;
  if (first === undefined)
    return `${code}: success; the matrix has no row for it, and nothing would be checked\n`;
  return [`${code} ${first.meaning}`, ...rows.map(rowText)].join('\n\n').concat('\n');
}
