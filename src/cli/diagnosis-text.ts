import { styleText } from 'node:util';
import type { NotChecked, StatusProbeStatus } from '../api/generated.ts';
import { wrap } from './wrap.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours for a terminal, or none. */
export type Paint = (style: Style, text: string) => string;

/** How text is shown: with which colours, and in how many columns where it is a terminal. */
export interface TextStyle {
  readonly paint: Paint;
  readonly columns?: number;
}

export const plain: Paint = (_, text) => text;
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Of a hop's result. */
export const RESULT_STYLES: Readonly<Record<string, Style>> = {
  OK: 'green',
  Failed: 'red',
  Degraded: 'yellow',
};

function headline({ target, lastProbe, verdict }: StatusProbeStatus, paint: Paint): string[] {
  const isHealthy = lastProbe?.success === true;
  const answer = lastProbe?.code ?? lastProbe?.failure?.reason ?? 'not probed';
  const mark = isHealthy ? paint('green', 'healthy') : paint('red', 'failing');
  const who = [verdict?.owner, verdict?.layer, verdict?.reason].join(' · ');
  const confidence =
    verdict?.confidence === undefined ? '' : ` (${verdict.confidence.toLowerCase()} confidence)`;
  return [
    `${mark}  ${target ?? lastProbe?.url ?? ''}  ${answer}`,
    ...(isHealthy ? [] : ['', `${paint('bold', who)}${confidence}`]),
    ...(isHealthy ? [] : [verdict?.summary ?? '']),
  ];
}

const section = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];

function pathLines({ path = [], endpointsOmitted = 0 }: StatusProbeStatus, paint: Paint): string[] {
  const lines = path.map(({ hop, ref, result, message }) => {
    const name = ref === undefined ? hop : `${hop} ${ref}`;
    const mark = paint(RESULT_STYLES[result] ?? 'dim', result.padEnd(12));
    return message === undefined ? `${mark} ${name}` : `${mark} ${name}: ${message}`;
  });
  return endpointsOmitted === 0 ? lines : [...lines, `and ${endpointsOmitted} more endpoints`];
}

const withoutRepetition = ({ findings = [], verdict }: StatusProbeStatus) =>
  findings.filter(({ message }) => message !== verdict?.summary);

const changeLines = ({ changes = [] }: StatusProbeStatus): string[] =>
  changes.map(({ time, subject, message, manager }) => `${time}  ${subject.ref}: ${message} (${manager})`);

/** One line for each reason why nobody could look, with the checks that it concerns. */
function blindSpots(notChecked: readonly NotChecked[]): string[] {
  const reasons = Map.groupBy(notChecked, ({ reason, message }) => message ?? reason);
  return [...reasons].map(([why, entries]) => `${why} (${entries.map(({ check }) => check).join(', ')})`);
}

/** Commands are copied, so they stay on one line. */
function fixSection({ verdict }: StatusProbeStatus, { paint, columns }: TextStyle): string[] {
  const fix = [verdict?.fix ?? []].flat().flatMap((line) => wrap(`  ${line}`, columns));
  const commands = (verdict?.commands ?? []).map((command) => `  ${command}`);
  return fix.length + commands.length === 0 ? [] : ['', paint('bold', 'Fix'), ...fix, ...commands];
}

/** They are copied or clicked, so they stay on one line. */
export const linkLines = ({ links = [] }: StatusProbeStatus): string[] =>
  links.map(({ name, url }) => `${name}: ${url}`);

/** What `statusprobe diagnose` prints for people: the verdict first, then why, then what else was seen. */
export function diagnosisText(status: StatusProbeStatus, style: TextStyle): string {
  const { verdict, findings = [], matrix, notChecked = [] } = status;
  const { paint, columns } = style;
  const cause = findings.find(({ reason }) => reason === verdict?.reason);
  const prior =
    matrix === undefined
      ? []
      : [`${matrix.row} ${matrix.meaning}: ${matrix.owner} looks first; ${matrix.fixArea}`];
  const others = withoutRepetition(status).map(
    ({ severity, reason, subject, message }) => `${severity} ${reason} ${subject.ref}: ${message}`,
  );
  const fitted = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, columns));
  const lines = [
    ...fitted([...headline(status, paint), ...section('Evidence', cause?.evidence ?? [], paint)]),
    ...fixSection(status, style),
    ...section('Logs and traces', linkLines(status), paint),
    ...fitted([
      ...section('Path', pathLines(status, paint), paint),
      ...section('Also found', others, paint),
      ...section('Changed shortly before', changeLines(status), paint),
      ...section('Could not look', blindSpots(notChecked), paint),
      ...section('Matrix', prior, paint),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
