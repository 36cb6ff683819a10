// Writes what follows from crds/statusprobes.yaml: src/api/generated.ts and docs/statusprobe.md.
import { deepStrictEqual } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import type { Schema } from '../src/api/schema.ts';
import { type CustomResourceDefinition, ROOT, type StructuralSchema, statusProbeCRD } from './crd.ts';
import { reference } from './reference.ts';

/** Content of every generated file, by its path in the repository. */
export async function generate(): Promise<Readonly<Record<string, string>>> {
  const crd = statusProbeCRD();
  return { 'src/api/generated.ts': await typesAndSchemas(crd), 'docs/statusprobe.md': reference(crd) };
}

async function typesAndSchemas({ metadata, spec }: CustomResourceDefinition): Promise<string> {
  const [{ name: version, schema }] = spec.versions;
  const { group, names } = spec;
  const schemaVersion = metadata.annotations['statusprobe.dev/schema-version'];
  const resource = { group, version, kind: names.kind, plural: names.plural, schemaVersion };
  const readers = Object.entries(schema.openAPIV3Schema.properties ?? {})
    .filter(([name]) => name === 'spec' || name === 'status')
    .map(
      ([name, part]) => `export const ${name.toUpperCase()}_SCHEMA: Schema = ${json(readerSchema(part))};\n`,
    );
  return `// Generated from crds/statusprobes.yaml by hack/generate-types.ts: change the CRD and run: npm run generate
import type { ObjectMeta } from './object-meta.ts';
import type { Schema } from './schema.ts';

/** The resource's names, and the version of its schema that this program needs. */
export const STATUS_PROBE = ${json(resource)} as const;

${await types(schema.openAPIV3Schema)}
${readers.join('\n')}`;
}

const json = (value: unknown) => JSON.stringify(value, null, 1);

/** One read-only interface for each titled object. */
async function types(root: StructuralSchema): Promise<string> {
  const style = { singleQuote: true, printWidth: 110 };
  const text = await compile(typeSchema(root, new Map()), '', { bannerComment: '', style });
  return text.replace(/^ {2}(?=\w+\??:)/gm, '  readonly ').replace(/: (?=\w+\[\];$)/gm, ': readonly ');
}

/** What matters for types; objects of one title become one type. */
function typeSchema(schema: StructuralSchema, named: Map<string, JSONSchema>): JSONSchema {
  const { title, description, type, items, enum: values } = schema;
  const simple: JSONSchema = {
    description,
    ...(type === undefined ? { tsType: 'number | string' } : { type }),
    ...(values && { enum: [...values] }),
    ...(items && { items: typeSchema(items.title ? items : { ...items, description: '' }, named) }),
    ...(title && { title, ...fields(schema, named) }),
  };
  if (title === undefined) return simple;
  const known = named.get(title) ?? simple;
  if (known.description !== description) known.description = '';
  deepStrictEqual({ ...simple, description: '' }, { ...known, description: '' });
  named.set(title, known);
  return known;
}

/** The fields of an object. One with a default is always there, because the API server stores it. */
function fields({ title, properties = {}, required = [] }: StructuralSchema, named: Map<string, JSONSchema>) {
  const isStatusProbe = title === 'StatusProbe';
  const all = Object.entries(properties).map(([name, property]) => ({
    name,
    schema: name === 'metadata' ? { tsType: 'ObjectMeta' } : typeSchema(property, named),
    isAlwaysThere: isStatusProbe || property.default !== undefined || required.includes(name),
  }));
  return {
    properties: Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
    required: all.filter(({ isAlwaysThere }) => isAlwaysThere).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** What src/api/schema.ts reads objects by. */
function readerSchema(schema: StructuralSchema): Schema {
  const { properties, required, items, enum: values, format } = schema;
  const { minimum, minLength, minItems, maximum, maxLength, maxItems } = schema;
  const rules = schema['x-kubernetes-validations']?.map(({ message, fieldPath }) => ({
    message,
    field: fieldPath,
  }));
  const parts = {
    type: schema.type ?? 'integerOrString',
    properties:
      properties &&
      Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, readerSchema(property)]),
      ),
    required,
    items: items && readerSchema(items),
    default: schema.default,
    enum: values,
    format: format === 'date-time' ? format : undefined,
    min: minimum ?? minLength ?? minItems,
    max: maximum ?? maxLength ?? maxItems,
    rules,
  };
  return JSON.parse(JSON.stringify(parts));
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(await generate())) writeFileSync(new URL(path, ROOT), content);
}
