import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shippedPath } from './support/shipped-monitoring.ts';

const DASHBOARD = readFileSync(shippedPath('deploy/dashboards/statusprobe.json'), 'utf8');
const OPTIONS = '--noEmit --strict --ignoreConfig --module esnext --moduleResolution bundler --skipLibCheck';

/** What the compiler says of a dashboard, word for word, held against Grafana's own types. */
function schemaErrors(dashboard: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'statusprobe-dashboard-'));
  try {
    symlinkSync(shippedPath('node_modules'), join(folder, 'node_modules'));
    writeFileSync(
      join(folder, 'dashboard.ts'),
      [
        `import type { Dashboard } from '@grafana/schema';`,
        '/** As JSON holds it: the word of an enumeration, not its member. */',
        'type Json<T> = unknown extends T ? T : T extends string ? `$' + '{T}` :',
        '  T extends object ? { [K in keyof T]: Json<T[K]> } : T;',
        `export const dashboard: Json<Dashboard> = ${dashboard}`,
      ].join('\n'),
    );
    const compiler = shippedPath('node_modules/.bin/tsc');
    return spawnSync(compiler, [...OPTIONS.split(' '), 'dashboard.ts'], { cwd: folder, encoding: 'utf8' })
      .stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("is a dashboard by Grafana's schema", () => {
  expect(schemaErrors(DASHBOARD)).toBe('');
});

it.each([
  ['"timezone":', '"timeZone":', '\'"timeZone"\' does not exist'],
  ['"type": "query"', '"type": "queries"', '\'"queries"\' is not assignable'],
  ['"h": 4', '"h": "4"', "'string' is not assignable to type 'number'"],
])('%s written as %s is an error', (right, wrong, error) => {
  expect(DASHBOARD).toContain(right);
  expect(schemaErrors(DASHBOARD.replace(right, wrong))).toContain(error);
});
