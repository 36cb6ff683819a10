import type { CheckId } from '../checks/index.ts';
import type { MatrixRow } from '../model/matrix.ts';
import { APPLICATION_ROWS } from './application-rows.ts';
import { INFRASTRUCTURE_ROWS } from './infrastructure-rows.ts';

/** The troubleshooting matrix: both sections, every code and every way of failing without one. */
export const MATRIX = [
  ...INFRASTRUCTURE_ROWS,
  ...APPLICATION_ROWS,
] as const satisfies readonly MatrixRow<CheckId>[];
