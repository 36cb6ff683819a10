// Writes docs/checks.md from the catalogue: the matrix, every check and every reason, so that no page is kept by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DescribedCheck, describeChecks } from '../src/cli/checks.ts';
import { MATRIX } from '../src/diagnosis/matrix/matrix.ts';
import type { MatrixRow } from '../src/diagnosis/model/matrix.ts';

export const CHECK_DOCS = join(import.meta.dirname, '../docs/checks.md');

const cell = (text: string): string => text.replaceAll('|', '\\|');

const matrixTable = (rows: readonly MatrixRow[], side: MatrixRow['side']): string =>
  [
    '| row | meaning | likely cause | who looks first | where to fix |',
    '|---|---|---|---|---|',
    ...rows
      .filter((row) => row.side === side)
      .map(
        ({ row, meaning, likelyCause, owner, fixArea }) =>
          `| ${[row, meaning, likelyCause, owner, fixArea].map(cell).join(' | ')} |`,
      ),
  ].join('\n');

function checkSection({ id, title, layer, needs, wants, reasons }: DescribedCheck): string {
  const optional = wants.length === 0 ? '' : `; also, where it can be had: ${wants.join(', ')}`;
  const rows = reasons.map(
    ({ reason, owner, layer: where, severity, message, fix, explains }) =>
      `| \`${reason}\` | ${owner} | ${where} | ${severity} | ${cell(message)} | ${cell(fix ?? '')} | ${explains.join(', ')} |`,
  );
  return [
    `### ${id}`,
    `${title}. Layer ${layer}. Looks at: ${needs.join(', ')}${optional}.`,
    '',
    '| reason | owner | layer | severity | says | fix | explains |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page as it must be, byte for byte. */
export function checkDocs(): string {
  return `${[
    '# Checks',
    'Generated from `src/diagnosis` by `npm run generate`: change the catalogue and generate again.',
    '## The matrix: networking and infrastructure',
    matrixTable(MATRIX, 'DevOps'),
    '## The matrix: application',
    matrixTable(MATRIX, 'Developer'),
    '## Every check and its reasons',
    'A word in braces is filled in from what was seen. `explains` lists the codes and failures that a reason can be the cause of.',
    ...describeChecks().map(checkSection),
  ].join('\n\n')}\n`;
}

if (import.meta.main) writeFileSync(CHECK_DOCS, checkDocs());
