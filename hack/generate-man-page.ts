// Writes docs/statusprobe.1, the manual page, from the commands themselves.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Option } from 'commander';
import { clusterOptions, ENVIRONMENT } from '../src/config.ts';
import { COMMANDS, type CommandDefinition } from '../src/wiring/commands.ts';
import { ROOT } from './crd.ts';

export const MAN_PAGE = new URL('docs/statusprobe.1', ROOT);

/** As roff takes it literally: no escapes, hyphens that can be copied, no line that begins as a request. */
const literal = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

const entry = (term: string, meaning: string): string => `.TP\n.B ${literal(term)}\n${literal(meaning)}`;

function option({
  flags,
  description,
  argChoices = [],
  defaultValue,
  defaultValueDescription,
  envVar,
}: Option): string {
  const known = defaultValueDescription ?? defaultValue;
  return entry(
    flags,
    [
      sentence(description),
      ...(argChoices.length === 0 ? [] : [`One of ${argChoices.join(', ')}.`]),
      ...(known === undefined ? [] : [`Default: ${known}.`]),
      ...(envVar === undefined ? [] : [`Variable: ${envVar}.`]),
    ].join(' '),
  );
}

const example = ([line, meaning]: readonly [string, string]): string =>
  `.PP\n${literal(sentence(meaning))}\n.PP\n.RS\n.nf\n${literal(line)}\n.fi\n.RE`;

function command([name, definition]: readonly [string, CommandDefinition]): string {
  const given = definition.arguments ?? [];
  return [
    `.SS statusprobe ${literal([name, ...given.map(([usage]) => usage)].join(' '))}`,
    literal(sentence(definition.description)),
    ...(definition.more === undefined ? [] : [`.PP\n${literal(definition.more)}`]),
    ...given.map(([usage, description]) => entry(usage, sentence(description))),
    ...definition.options().map(option),
    ...definition.examples.map(example),
  ].join('\n');
}

/** The page as it must be, byte for byte. */
export function manPage(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  return `${[
    `.\\" Generated from src/wiring/commands.ts and src/config.ts by npm run generate.\n.TH STATUSPROBE 1 "" "statusprobe ${version}"`,
    '.SH NAME\nstatusprobe \\- says what is broken behind a failing URL on Kubernetes, and who fixes it',
    '.SH SYNOPSIS\n.B statusprobe\n.I command\n[flags] [arguments]\n.br\n.B kubectl statusprobe\n.I command\n[flags] [arguments]',
    '.SH COMMANDS',
    ...Object.entries(COMMANDS).map(command),
    '.SH FLAGS OF ALL COMMANDS',
    ...clusterOptions().map(option),
    '.SH EXIT STATUS',
    entry('0', 'Healthy, or done.'),
    entry('1', 'Failing, or not valid.'),
    entry('2', 'Could not run, after one sentence.'),
    '.SH ENVIRONMENT',
    ...[...ENVIRONMENT].map(([name, meaning]) => entry(name, sentence(meaning))),
  ].join('\n')}\n`;
}

if (import.meta.main) writeFileSync(MAN_PAGE, manPage());
