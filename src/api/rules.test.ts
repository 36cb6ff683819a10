import { expect, it } from 'vitest';
import { type StructuralSchema, statusProbeCRD } from '../../hack/crd.ts';
import { invalidManifests } from '../../test/support/status-probe-fixtures.ts';
import { RULES } from './rules.ts';

const ruleMessages = new Set(messagesIn(statusProbeCRD().spec.versions[0].schema.openAPIV3Schema));

function messagesIn(schema: StructuralSchema): string[] {
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  const own = schema['x-kubernetes-validations'] ?? [];
  return [...own.map(({ message }) => message), ...parts.flatMap(messagesIn)];
}

it('has each rule of the CRD, and no other', () => {
  expect(Object.keys(RULES).sort()).toEqual([...ruleMessages].sort());
});

it.each([...ruleMessages])('has a manifest that breaks the rule: it %s', (message) => {
  const breaking = invalidManifests().filter(({ apiServer }) =>
    apiServer.some((line) => line.endsWith(message)),
  );
  expect(breaking.map(({ offline }) => offline)).toContainEqual(expect.stringContaining(` ${message}.`));
});
