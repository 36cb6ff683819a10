import { appendFileSync } from 'node:fs';

/** Whether a suite is left out: where something is missing, which the run says; hack/test.ts says it again at its end. */
export function isLeftOut(suite: string, missing: string | undefined): boolean {
  if (missing === undefined) return false;
  const line = `Left out: ${suite}, because ${missing}`;
  console.log(line);
  const { STATUSPROBE_LEFT_OUT: record } = process.env;
  if (record !== undefined) appendFileSync(record, `${line}\n`);
  return true;
}
