// Writes docs/runbooks: one page for each reason that a verdict or an alert can have. What the catalogue does not say stands in hack/runbooks.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CHECKS } from '../src/diagnosis/checks/index.ts';
import { MATRIX } from '../src/diagnosis/matrix/matrix.ts';
import type { Check, ReasonDefinition } from '../src/diagnosis/model/check.ts';
import { ROOT } from './crd.ts';

const FOLDER = new URL('docs/runbooks/', ROOT);

interface Step {
  readonly text: string;
  readonly command: string;
}

interface OtherReason {
  readonly owner: string;
  readonly layer: string;
  readonly says: string;
  readonly do: string;
  readonly steps?: readonly Step[];
}

const data = <T>(name: string): Readonly<Record<string, T>> =>
  parse(readFileSync(new URL(`hack/runbooks/${name}.yaml`, ROOT), 'utf8')) as Record<string, T>;

const BY_CHECK = data<readonly Step[]>('by-check');
const BY_LAYER = data<readonly Step[]>('by-layer');
const OTHER_REASONS = data<OtherReason>('other-reasons');

/** A reason as its check defines it. */
interface Known {
  readonly reason: string;
  readonly check: Check;
  readonly definition: ReasonDefinition;
}

const KNOWN: readonly Known[] = CHECKS.flatMap((check: Check) =>
  Object.entries(check.reasons).map(([reason, definition]) => ({ reason, check, definition })),
);

const page = (reason: string): string => `[${reason}](${reason}.md)`;

const list = (title: string, reasons: readonly string[]): readonly string[] =>
  reasons.length === 0 ? [] : [`## ${title}`, reasons.map((reason) => `- ${page(reason)}`).join('\n')];

const stepsText = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap(({ text, command }) => [text, `\`\`\`sh\n${command}\n\`\`\``]);

function checkPage({ reason, check, definition }: Known): readonly string[] {
  const { owner, severity, message, fix, command, explains, leadsTo = [] } = definition;
  const layer = definition.layer ?? check.layer;
  const steps = [
    ...(command === undefined
      ? []
      : [{ text: 'The status holds this command with the names filled in.', command }]),
    ...(BY_CHECK[check.id] ?? BY_LAYER[layer] ?? []),
  ];
  const causes = KNOWN.filter((other) => other.definition.leadsTo?.includes(reason) === true);
  return [
    `Owner **${owner}** · layer **${layer}** · severity **${severity}** · check [${check.id}](../checks.md#${check.id})`,
    `> ${message}.`,
    '## What to do',
    fix === undefined ? 'Look at what it follows from: by itself this is a symptom.' : `${fix}.`,
    '## See for yourself',
    ...stepsText(steps),
    ...(explains.length === 0
      ? []
      : ['## What callers see', explains.map((symptom) => `\`${symptom}\``).join(', ')]),
    ...list('What follows from it', leadsTo.filter(isKnown)),
    ...list('What it may follow from', [...new Set(causes.map((cause) => cause.reason))].sort()),
    '## If this is meant to be so',
    `Mute it in the StatusProbe; it stays among the findings and is never the verdict:\n\`\`\`yaml\nspec:\n  diagnose:\n    mute:\n      - reason: ${reason}\n        comment: why this is meant to be so\n\`\`\``,
  ];
}

const isKnown = (reason: string): boolean => KNOWN.some((known) => known.reason === reason);

const otherPage = ({ owner, layer, says, do: remedy, steps }: OtherReason): readonly string[] => [
  `Owner **${owner}** · layer **${layer}**`,
  `> ${says}`,
  '## What to do',
  remedy,
  '## See for yourself',
  ...stepsText(steps ?? BY_LAYER[layer] ?? []),
];

/** For a code that stands as the reason where nothing was diagnosed. */
function codePage(code: number): readonly string[] {
  const rows = MATRIX.filter(({ on }) => on.some((symptom) => symptom === code));
  const checks = [...new Set(rows.flatMap((row) => row.checks))].sort();
  return [
    `The target answered ${code}, and its cause was not looked for: \`spec.diagnose.enabled\` is false, or looking took too long.`,
    '## What it usually is',
    rows
      .map(
        ({ side, likelyCause, owner, fixArea }) =>
          `- ${side}: ${likelyCause}. ${owner} looks first: ${fixArea}.`,
      )
      .join('\n'),
    '## What to do',
    'Let statusprobe look:',
    `\`\`\`sh\nstatusprobe diagnose statusprobe/NAME -n NAMESPACE\n\`\`\``,
    '## What it would check',
    checks.map((check) => `[${check}](../checks.md#${check})`).join(', '),
  ];
}

const CODES = [
  ...new Set(MATRIX.flatMap(({ on }) => on.filter((symptom) => typeof symptom === 'number'))),
].sort((a, b) => a - b);

function index(reasons: readonly string[]): readonly string[] {
  return [
    'One page for each reason that a verdict or an alert can have. Names in capitals stand for your own: those of the culprit are in the status.',
    reasons.map((reason) => `- ${page(reason)}`).join('\n'),
  ];
}

/** Content of every page, by its file name. */
export function runbooks(): Readonly<Record<string, string>> {
  const unknown = Object.keys(BY_CHECK).filter((id) => !CHECKS.some((check) => check.id === id));
  if (unknown.length > 0)
    throw new Error(`hack/runbooks/by-check.yaml has no such checks: ${unknown.join(', ')}`);
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ...Object.entries(OTHER_REASONS).map(([reason, other]) => [reason, otherPage(other)] as const),
    ...KNOWN.map((known) => [known.reason, checkPage(known)] as const),
    ...CODES.map((code) => [`HTTP${code}`, codePage(code)] as const),
  ];
  const byReason = Map.groupBy(parts, ([reason]) => reason);
  const reasons = [...byReason.keys()].sort();
  const pages = reasons.map((reason) => {
    const texts = byReason.get(reason)?.map(([, text]) => text.join('\n\n')) ?? [];
    return [`${reason}.md`, document(reason, texts.join('\n\n---\n\n'))];
  });
  return { ...Object.fromEntries(pages), 'README.md': document('Runbooks', index(reasons).join('\n\n')) };
}

const document = (title: string, text: string): string =>
  `# ${title}\n\n<!-- Generated by \`npm run generate\` from src/diagnosis and hack/runbooks. -->\n\n${text}\n`;

/** What docs/runbooks holds now. */
export const writtenRunbooks = (): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));

if (import.meta.main) {
  const pages = runbooks();
  for (const name of readdirSync(FOLDER)) if (pages[name] === undefined) rmSync(new URL(name, FOLDER));
  for (const [name, content] of Object.entries(pages)) writeFileSync(new URL(name, FOLDER), content);
}
