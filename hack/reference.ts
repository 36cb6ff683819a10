import { ANY_REASON, CONDITIONS } from '../src/api/conditions.ts';
import type { CustomResourceDefinition, StructuralSchema } from './crd.ts';

/** docs/statusprobe.md: every field with its rules, every condition with its reasons, every column. */
export function reference({ spec }: CustomResourceDefinition): string {
  const { group, names, versions } = spec;
  const [{ name: version, schema, additionalPrinterColumns, selectableFields }] = versions;
  const { description, properties = {} } = schema.openAPIV3Schema;
  const { spec: specSchema, status: statusSchema } = properties as Record<string, StructuralSchema>;
  const selectable = selectableFields.map(({ jsonPath }) => `\`${jsonPath.slice(1)}\``);
  return `<!-- Generated from crds/statusprobes.yaml and src/api/conditions.ts by hack/generate-types.ts. -->

# ${names.kind}

${description} It is a namespaced resource of \`${group}/${version}\`, in short \`kubectl get ${names.shortNames.join()}\`.
\`kubectl explain ${names.plural}.spec\` shows the same fields as this page.

${sections('spec', specSchema as StructuralSchema)}
${sections('status', statusSchema as StructuralSchema)}
## Conditions

${conditions()}
## Columns

${table(
  ['Column', 'Meaning', 'Shown'],
  additionalPrinterColumns.map((column) => [
    column.name.toUpperCase(),
    column.description,
    column.priority === 1 ? 'with `-o wide`' : 'always',
  ]),
)}
\`--field-selector\` takes ${selectable.join(', ')}, as in
\`kubectl get ${names.plural} -A --field-selector status.verdict.owner=DevOps\`.
`;
}

/** An object of the schema, and everywhere it stands. */
interface Section {
  readonly title: string;
  readonly schema: StructuralSchema;
  readonly paths: string[];
}

/** One section for each titled object at or below `path`, outer ones first. */
function sections(path: string, schema: StructuralSchema): string {
  const found = new Map<string, Section>();
  collect(path, schema, found);
  return [...found.values()].map(section).join('\n');
}

function collect(path: string, { items, ...schema }: StructuralSchema, found: Map<string, Section>): void {
  if (items !== undefined) collect(`${path}[]`, items, found);
  if (schema.title === undefined) return;
  const known = found.get(schema.title);
  if (known !== undefined) {
    known.paths.push(path);
    return;
  }
  found.set(schema.title, { title: schema.title, schema, paths: [path] });
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    collect(`${path}.${name}`, property, found);
}

function section({ title, schema, paths }: Section): string {
  const isTop = !paths[0]?.includes('.');
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    `\`${name}\`${schema.required?.includes(name) ? ' (required)' : ''}`,
    typeText(property),
    property.default === undefined || property.title ? '' : `\`${JSON.stringify(property.default)}\``,
    [property.description, ...allowed(property)].join(' '),
  ]);
  return `${isTop ? '##' : '###'} ${isTop ? paths[0] : title}

${paths.map((path) => `\`${path}\``).join(', ')}

${table(['Field', 'Type', 'Default', 'Meaning'], fields)}${rulesOfObject(schema)}`;
}

function rulesOfObject(schema: StructuralSchema): string {
  const lines = rules(schema).map((rule) => `- ${rule}\n`);
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

function typeText({ type, title, items, enum: values }: StructuralSchema): string {
  if (title !== undefined) return `[${title}](#${title.toLowerCase()})`;
  if (items !== undefined) return `list of ${typeText(items)}`;
  return values ? values.map((value) => `\`${value}\``).join(', ') : (type ?? 'integer or string');
}

/** What the API server refuses, beside the wrong type and a text that is too long. */
function allowed(schema: StructuralSchema): readonly string[] {
  const { minimum, maximum, maxItems, items, title } = schema;
  const entries = items && items.title === undefined ? rules(items).map((rule) => `Each: ${rule}`) : [];
  return [
    ...(minimum === undefined ? [] : [`From ${minimum} to ${maximum}.`]),
    ...(maxItems === undefined ? [] : [`At most ${maxItems}.`]),
    ...(title === undefined ? rules(schema) : []),
    ...entries,
  ];
}

function rules(schema: StructuralSchema): readonly string[] {
  return (schema['x-kubernetes-validations'] ?? []).map(({ message, fieldPath }) =>
    fieldPath === undefined ? `M${message.slice(1)}.` : `\`${fieldPath.slice(1)}\` ${message}.`,
  );
}

function conditions(): string {
  return Object.entries(CONDITIONS)
    .map(([type, { meaning, wanted, statuses }]) => {
      const reasons = Object.entries(statuses).flatMap(([status, meanings]) =>
        Object.entries<string>(meanings).map(([reason, text]) => [
          `\`${status}\``,
          reason === ANY_REASON ? 'any word' : `\`${reason}\``,
          text,
        ]),
      );
      return `### ${type}\n\n${meaning} When all is well it is ${wanted}.\n\n${table(['Status', 'Reason', 'Meaning'], reasons)}`;
    })
    .join('\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [header, header.map(() => '---'), ...rows].map(line).join('');
}
