import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../hack/crd.ts';
import { CHECK_DOCS, checkDocs } from '../hack/generate-check-docs.ts';
import { installFiles } from '../hack/generate-install-files.ts';
import { PERMISSION_DOCS, permissionDocs } from '../hack/generate-permission-docs.ts';
import { runbooks, writtenRunbooks } from '../hack/generate-runbooks.ts';
import { generate } from '../hack/generate-types.ts';

const generated = Object.entries(await generate());

it.each(generated)('%s is what the CRD says (else run: npm run generate)', (path, content) => {
  expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(content);
});

it('docs/checks.md is what the catalogue says (else run: npm run generate)', () => {
  expect(readFileSync(CHECK_DOCS, 'utf8')).toBe(checkDocs());
});

it('docs/permissions.md is what the roles and the catalogue say (else run: npm run generate)', () => {
  expect(readFileSync(PERMISSION_DOCS, 'utf8')).toBe(permissionDocs());
});

it('docs/runbooks is what the catalogue and hack/runbooks say (else run: npm run generate)', () => {
  expect(writtenRunbooks()).toEqual(runbooks());
});

it.each(Object.entries(installFiles()))('%s is a copy (else run: npm run generate)', (path, content) => {
  expect(readFileSync(new URL(path, ROOT), 'utf8')).toBe(content);
});
