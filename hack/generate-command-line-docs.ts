// Writes docs/command-line.md from the commands themselves, so that no flag, variable or example is kept by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Option } from 'commander';
import { clusterOptions, ENVIRONMENT } from '../src/config.ts';
import { COMMANDS, type CommandDefinition } from '../src/wiring/commands.ts';

export const COMMAND_LINE_DOCS = join(import.meta.dirname, '../docs/command-line.md');

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The host name of the machine that writes the page is nobody's default. */
function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  return defaultValue === undefined ? '' : `\`${defaultValue}\``;
}

function optionsTable(options: readonly Option[]): string {
  const rows = options.map((option) => {
    const { flags, description, argChoices = [], envVar } = option;
    const choices = argChoices.length === 0 ? '' : `: ${argChoices.join(', ')}`;
    const variable = envVar === undefined ? '' : `\`${envVar}\``;
    return `| \`${cell(flags)}\` | ${cell(description)}${choices} | ${defaultOf(option)} | ${variable} |`;
  });
  return ['| flag | meaning | default | variable |', '|---|---|---|---|', ...rows].join('\n');
}

function section([name, definition]: readonly [string, CommandDefinition]): string {
  const given = definition.arguments ?? [];
  const options = definition.options();
  return [
    `## statusprobe ${[name, ...given.map(([usage]) => usage)].join(' ')}`,
    `${definition.description[0]?.toUpperCase()}${definition.description.slice(1)}.`,
    ...given.map(([usage, description]) => `\`${usage}\`: ${description}.`),
    ...(definition.more === undefined ? [] : [definition.more]),
    ['```sh', ...definition.examples.flatMap(([line, meaning]) => [`# ${meaning}`, line]), '```'].join('\n'),
    ...(options.length === 0 ? [] : [optionsTable(options)]),
  ].join('\n\n');
}

function variables(): string {
  const flags = [...clusterOptions(), ...Object.values(COMMANDS).flatMap(({ options }) => options())];
  const byFlag = flags.flatMap(({ envVar, long, description }): [string, string][] =>
    envVar === undefined ? [] : [[envVar, `\`${long}\`: ${description}`]],
  );
  const all = new Map([...byFlag, ...ENVIRONMENT]);
  const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '| variable | meaning |',
    '|---|---|',
    ...rows.map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`),
  ].join('\n');
}

/** The page as it must be, byte for byte. */
export function commandLineDocs(): string {
  return `${[
    '# The command line',
    '<!-- Generated from src/wiring/commands.ts and src/config.ts by `npm run generate`: change them and generate again. -->',
    'One program, `statusprobe`; under the name `kubectl-statusprobe` in the `PATH` it is also `kubectl statusprobe`. What people ask for goes to standard output, everything else to standard error. Exit codes: 0 healthy or done, 1 failing or not valid, 2 could not run, after one sentence. As a manual page: `man -l docs/statusprobe.1`.',
    '## Flags of all commands',
    'They may stand before or after the name of the command. A flag goes before its variable.',
    optionsTable(clusterOptions()),
    ...Object.entries(COMMANDS).map(section),
    '## Saved clusters',
    SAVED_CLUSTERS,
    '## Environment variables',
    variables(),
    'The SDK of AWS reads its own, such as `AWS_REGION`, `AWS_PROFILE` and, set by IRSA, `AWS_ROLE_ARN`.',
  ].join('\n\n')}\n`;
}

const SAVED_CLUSTERS = `\`diagnose --from\` reads three kinds of folders and asks nobody:

- what \`bundle\` wrote: \`cluster.yaml\`, \`observation.yaml\` and, where a load balancer of AWS was looked at, \`aws.yaml\`. Texts in it are masked as log lines are; look through it before you hand it on, as you would through a log.
- \`kubectl cluster-info dump -A --output-directory=dump\`: it holds no Ingresses and no EndpointSlices. \`kubectl -n shop get ingresses -o json > dump/shop/ingresses.json\` adds a kind, under the plural name of its resource.
- a support bundle of [troubleshoot.sh](https://troubleshoot.sh), unpacked: its \`cluster-resources\`.

The last two say nothing of an answer, so give a target and \`--code\`, or an \`observation.yaml\` of your own by \`--observation\`. What is not in a dump was not looked at: it is listed under "Could not look", and nobody is accused for it.`;

if (import.meta.main) writeFileSync(COMMAND_LINE_DOCS, commandLineDocs());
