import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { completionScript, SHELLS } from '../cli/completion.ts';
import { COMMANDS, type CommandDefinition, type CommandName } from './commands.ts';
import { type Actions, type Call, createProgram } from './program.ts';

/** Reads a line as a shell would, and tells what would have been done. */
async function called(line: string): Promise<Call & { readonly name: string }> {
  const calls: (Call & { name: string })[] = [];
  const actions = Object.fromEntries(
    Object.keys(COMMANDS).map((name) => [name, (call: Call) => void calls.push({ ...call, name })]),
  ) as Actions;
  const program = createProgram('1.2.3', actions).configureOutput({ writeErr: () => undefined });
  for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
  await program.parseAsync(line.split(' '), { from: 'user' });
  const [call] = calls;
  if (call === undefined) throw new Error(`${line} does nothing`);
  return call;
}

const definitions: readonly (readonly [string, CommandDefinition])[] = Object.entries(COMMANDS);
const examples = definitions.flatMap(([name, { examples: lines }]) =>
  lines.map(([line]) => [/statusprobe ([^)>|]*)/.exec(line)?.[1]?.trim() ?? line, name] as const),
);

describe('every example can be typed', () => {
  test.each(examples)('statusprobe %s', async (line, name) => {
    const { name: command } = await called(line);
    expect(Object.keys(COMMANDS)).toContain(command);
    expect(line.startsWith(name) || line.startsWith('diagnose --from')).toBe(true);
  });
});

test('flags of all commands stand before or after the name', async () => {
  const [before, after] = await Promise.all([
    called('-n shop get -o wide'),
    called('get -o wide --namespace shop'),
  ]);
  expect(before.options).toMatchObject({ namespace: 'shop', output: 'wide' });
  expect(after.options).toEqual(before.options);
});

test.each([
  ['diagnose --nope', /unknown option '--nope'/],
  ['diagnose a b', /too many arguments/],
  ['diagnose x -o xml', /Allowed choices are text, json, yaml, sarif, junit/],
  ['diagnose x --interval 10', /It must be a duration of h, m and s from 1s/],
  ['diagnose --from x --code 600', /It must be a status code from 100 to 599/],
  ['diagnose x -n Shop', /It must be a Kubernetes name/],
  ['bundle x', /required option '--to <folder>' not specified/],
  ['validate', /missing required argument 'files'/],
  ['completion csh', /Allowed choices are bash, zsh, fish, kubectl/],
  ['diagnos', /unknown command 'diagnos'[\s\S]*Did you mean diagnose/],
])('%s is refused with a sentence', async (line, sentence) => {
  await expect(called(line)).rejects.toThrow(sentence);
});

/** The words that bash offers at the end of a line. */
function offered(line: string): readonly string[] {
  const words = line.split(' ');
  const script = `${completionScript('bash', createProgram('1.2.3', {} as Actions))}
compopt() { :; }
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_statusprobe; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

describe('completion', () => {
  test('of commands, flags, their values and targets', () => {
    expect(offered('statusprobe di')).toEqual(['diagnose', 'discover']);
    expect(offered('statusprobe -n shop g')).toEqual(['get']);
    expect(offered('statusprobe diagnose --ob')).toEqual(['--observation']);
    expect(offered('statusprobe get -o ')).toEqual(['text', 'wide', 'json', 'yaml']);
    expect(offered('statusprobe diagnose ing')).toEqual(['ingress/']);
    expect(offered('statusprobe completion z')).toEqual(['zsh']);
  });

  test('of kubectl statusprobe, as kubectl asks its plugins', () => {
    const script = completionScript('kubectl', createProgram('1.2.3', {} as Actions));
    const asked = (...words: readonly string[]) =>
      execFileSync('bash', ['-c', script, 'kubectl_complete-statusprobe', ...words], { encoding: 'utf8' });
    expect(asked('di')).toBe('diagnose\ndiscover\n:4\n');
    expect(asked('diagnose', 'ing')).toBe('ingress/\n:6\n');
    expect(asked('get', '-o', 'y')).toBe('yaml\n:4\n');
    expect(asked('get', '--nothing')).toBe(':4\n');
  });

  test.each(SHELLS)('%s knows every command and every flag', (shell) => {
    const program = createProgram('1.2.3', {} as Actions);
    const script = completionScript(shell, program);
    const flags = program.commands.flatMap(({ options }) => options.map(({ long }) => long ?? ''));
    const missing = [
      ...flags.map((flag) => flag.replace(/^--/, '')),
      ...(Object.keys(COMMANDS) as CommandName[]),
    ];
    expect(missing.filter((word) => !script.includes(word))).toEqual([]);
  });
});
