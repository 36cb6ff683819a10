// Writes docs/permissions.md: every right of the operator, why it has it, and what is not seen without it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isMap, isSeq, parseAllDocuments, type YAMLMap } from 'yaml';
import { describeChecks } from '../src/cli/checks.ts';
import { isKind, KINDS } from '../src/evidence/cluster/kinds.ts';
import { SLOTS } from '../src/evidence/slots.ts';
import { ROOT } from './crd.ts';
import { ADDON_ROLES } from './generate-install-files.ts';

export const PERMISSION_DOCS = new URL('docs/permissions.md', ROOT);

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A rule with the comment above it, or above the rules that it goes on from. */
interface ExplainedRule extends Rule {
  readonly why: string;
}

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

function rulesOf(file: string): readonly ExplainedRule[] {
  const rules = parseAllDocuments(read(file))
    .map(({ contents }) => (isMap(contents) ? contents.get('rules', true) : undefined))
    .find((node) => isSeq<YAMLMap>(node));
  // A comment above the first rule belongs to the list.
  let why = rules?.commentBefore ?? '';
  return (rules?.items ?? []).map((item) => {
    why = (item.commentBefore ?? why).replaceAll(/\s*\n\s*/g, ' ').trim();
    return { ...(item.toJSON() as Rule), why };
  });
}

/** The file of src/evidence that fills a slot, and the files beside the readers of clusters that it imports. */
function sourcesOf(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const imports = read(path).matchAll(/^(?:import|\}).* from '(\.[^']+)'/gm);
  for (const [, imported = ''] of imports) {
    const resolved = new URL(imported, new URL(path, ROOT)).href.slice(ROOT.href.length);
    if (/^src\/evidence\/(slots\/)?[\w-]+\.ts$/.test(resolved)) sourcesOf(resolved, seen);
  }
  return seen;
}

/** `group/resource` of what a file reads; where the kind is computed, of every kind that the file names. */
function resourcesRead(path: string): readonly string[] {
  const source = read(path);
  const named = source.matchAll(
    /\.(?:get|list)\(kind\b/.test(source) ? /'([A-Z]\w+)'/g : /\.(?:get|list)\(\s*'(\w+)'/g,
  );
  return [...named].flatMap(([, kind = '']) => {
    if (!isKind(kind)) return [];
    const { group, plural } = KINDS[kind].resource;
    return [`${group}/${plural}`];
  });
}

const fileOf = (slot: string): string =>
  `src/evidence/slots/${slot.replaceAll(/[A-Z]+(?![a-z])|[A-Z]/g, (capitals) => `-${capitals.toLowerCase()}`)}.ts`;

/** `group/resource`: the slots of evidence that are read from it. */
function slotsByResource(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  // The others are known from the probe itself.
  const slots = Object.keys(SLOTS).filter((slot) => existsSync(new URL(fileOf(slot), ROOT)));
  for (const slot of slots)
    for (const resource of [...sourcesOf(fileOf(slot))].flatMap(resourcesRead))
      found.set(resource, (found.get(resource) ?? new Set()).add(slot));
  return found;
}

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

function table(rules: readonly ExplainedRule[], slots: ReturnType<typeof slotsByResource>): string {
  const rows = rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs, why }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => {
        const read = slots.get(`${group}/${resource}`) ?? new Set();
        const checks = describeChecks().filter((check) =>
          [...check.needs, ...check.wants].some((slot) => read.has(slot)),
        );
        const object = resourceNames.length === 0 ? '' : ` named ${code(resourceNames)}`;
        const cells = [
          group === '' ? 'core' : code([group]),
          `${code([resource])}${object}`,
          verbs.join(', '),
          why,
        ];
        return `| ${[...cells, checks.map(({ id }) => id).join(', ')].join(' | ')} |`;
      }),
    ),
  );
  return [
    '| API group | resource | verbs | why | checks that read it |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page as it must be, byte for byte. */
export function permissionDocs(): string {
  const slots = slotsByResource();
  return `${[
    '# Permissions',
    '<!-- Generated from deploy/ and src/ by `npm run generate`: change them and generate again. -->',
    'Every right that the operator has in the cluster. Without one of them the checks that read the resource are listed in `notChecked`, `Forbidden`, and accuse nobody; where they can, they go on with what else is known. [The security model](security.md) says what is done with what is read.',
    '## By itself',
    'The ClusterRole of `deploy/base`; with `watchNamespace` a Role with the part of it that lies in a namespace.',
    table(rulesOf('deploy/base/cluster-role.yaml'), slots),
    'In its own namespace alone, for the Leases by which replicas share the work:',
    table(rulesOf('deploy/base/role.yaml'), slots),
    ...ADDON_ROLES.flatMap(({ file, rules }) => [`## With the add-on ${rules}`, table(rulesOf(file), slots)]),
  ].join('\n\n')}\n`;
}

if (import.meta.main) writeFileSync(PERMISSION_DOCS, permissionDocs());
