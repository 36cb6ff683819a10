import { expect, it } from 'vitest';
import { type StructuralSchema, statusProbeCRD, type ValidationRule } from '../../hack/crd.ts';
import { invalidManifests } from '../../test/support/status-probe-fixtures.ts';
import { CONNECTION_HEADERS, CREDENTIAL_HEADERS, RULES } from './rules.ts';

const rules = rulesIn(statusProbeCRD().spec.versions[0].schema.openAPIV3Schema);
const invalid = invalidManifests();
const messages = new Set(rules.map(({ message }) => message));

function rulesIn(schema: StructuralSchema): ValidationRule[] {
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return [...(schema['x-kubernetes-validations'] ?? []), ...parts.flatMap(rulesIn)];
}

it('has each rule of the CRD, and no other', () => {
  expect(Object.keys(RULES).sort()).toEqual([...messages].sort());
});

it.each([...messages])('has a manifest that breaks the rule: it %s', (message) => {
  const breaking = invalid.filter(({ apiServer }) => apiServer.some((line) => line.endsWith(message)));
  expect(breaking.map(({ offline }) => offline)).toContainEqual(expect.stringContaining(` ${message}.`));
});

it.each([
  ['carries a credential', CREDENTIAL_HEADERS],
  ['the connection sets by itself', CONNECTION_HEADERS],
])('knows the same headers as the CRD: %s', (words, headers) => {
  const rule = rules.find(({ message }) => message.includes(words))?.rule ?? '';
  expect([...rule.matchAll(/'([a-z0-9-]+)'/g)].map(([, name]) => name)).toEqual([...headers]);
});
