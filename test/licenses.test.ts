import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT } from '../hack/crd.ts';
import { LICENSES, licenses, productionPackages } from '../hack/generate-licenses.ts';

/** They ask for nothing but that their text goes along. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
]);

test('docs/licenses.md is what the lock file says (else run: npm run generate)', () => {
  expect(readFileSync(new URL(LICENSES, ROOT), 'utf8')).toBe(licenses());
});

test('all of them are permissive', () => {
  const packages = productionPackages();
  expect(packages.length).toBeGreaterThan(20);
  expect(packages.filter(({ license }) => !PERMISSIVE.has(license))).toEqual([]);
});

test('every package is pinned by a version and a hash', () => {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')) as {
    packages: Record<string, { integrity?: string; link?: boolean }>;
  };
  const loose = Object.entries(packages).filter(
    ([path, { integrity }]) => path !== '' && integrity === undefined,
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});
