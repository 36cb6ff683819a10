import type { Command, Option } from 'commander';

/** `kubectl` completes a plugin by asking a program beside it, in whatever shell. */
export const SHELLS = ['bash', 'zsh', 'fish', 'kubectl'] as const;
export type Shell = (typeof SHELLS)[number];

/** A flag as a shell completes it. */
interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

interface Completed {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What the first argument can be, where that is known. */
  readonly choices: readonly string[];
}

const flagOf = ({ short, long, description, required, optional, argChoices = [] }: Option): Flag => ({
  names: [short, long].filter((name) => name !== undefined),
  description,
  takesValue: required || optional,
  choices: argChoices,
});

/** The commands with the flags that each takes, those of the program among them. */
function commandsOf(program: Command): readonly Completed[] {
  const help = program.createHelp();
  const global = help.visibleOptions(program).filter(({ long }) => long !== '--version');
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...command.options, ...global].map(flagOf),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
}

const namesOf = (flags: readonly Flag[]): string => flags.flatMap(({ names }) => names).join(' ');

/** Targets begin with one of these; after it comes a name that only the cluster knows. */
const TARGETS = ['ingress/', 'service/', 'httproute/', 'statusprobe/', 'https://'];

const firstWords = ({ name, choices }: Completed): readonly string[] =>
  name === 'diagnose' || name === 'bundle' ? TARGETS : choices;

function bash(commands: readonly Completed[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices }) => {
        const words = choices.length === 0 ? 'COMPREPLY=($(compgen -f -- "$word"))' : reply(choices);
        return `    ${names.map((flag) => `${name}:${flag}`).join('|')}) ${words}; return ;;`;
      }),
  );
  const words = commands.map(
    (command) =>
      `    ${command.name}) words="${[namesOf(command.flags), ...firstWords(command)].join(' ')}" ;;`,
  );
  return `# statusprobe completion for bash: source <(statusprobe completion bash)
_statusprobe() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" words=""
  COMPREPLY=()
  local each
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$each" in
    ${commands.map(({ name }) => name).join('|')}) command="$each"; break ;;
    esac
  done
  case "$command:$before" in
${values.join('\n')}
  esac
  case "$command" in
    "") words="${commands.map(({ name }) => name).join(' ')} --help --version" ;;
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ \${COMPREPLY[0]-} == */ ]] && compopt -o nospace
  [[ \${#COMPREPLY[@]} -gt 0 || $word == -* ]] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _statusprobe statusprobe
`;
}

const reply = (choices: readonly string[]): string =>
  `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word"))`;

/** Inside single quotes, and with what \`_arguments\` would take for its own. */
const zshText = (text: string): string =>
  text.replaceAll("'", `'\\''`).replace(/[[\]:]/g, (sign) => `\\${sign}`);

function zshFlag({ names, description, takesValue, choices }: Flag): string {
  const value = choices.length === 0 ? '_files' : `(${choices.join(' ')})`;
  const text = `[${zshText(description)}]${takesValue ? `:value:${value}` : ''}`;
  return names.length === 1 ? `'${names[0]}${text}'` : `'(${names.join(' ')})'{${names.join(',')}}'${text}'`;
}

function zsh(commands: readonly Completed[]): string {
  const described = commands.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const cases = commands.map((command) => {
    const words = firstWords(command);
    const argument =
      words.length === 0 ? "'*:argument:_files'" : `'1:argument:(${words.map(zshText).join(' ')})'`;
    return `    ${command.name})\n      _arguments ${[...command.flags.map(zshFlag), argument].join(' \\\n        ')} ;;`;
  });
  return `#compdef statusprobe
# statusprobe completion for zsh: source <(statusprobe completion zsh)
_statusprobe() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${cases.join('\n')}
  esac
}
compdef _statusprobe statusprobe
`;
}

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishFlag({ names, description, takesValue, choices }: Flag): string {
  const written = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const value = choices.length === 0 ? ' -r' : ` -x -a ${fishText(choices.join(' '))}`;
  return `${written.join(' ')} -d ${fishText(description)}${takesValue ? value : ''}`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap((command) => {
    const { name, description, flags } = command;
    const within = `complete -c statusprobe -n '__fish_seen_subcommand_from ${name}'`;
    const words = firstWords(command);
    return [
      `complete -c statusprobe -n __fish_use_subcommand -f -a ${name} -d ${fishText(description)}`,
      ...flags.map((flag) => `${within} ${fishFlag(flag)}`),
      ...(words.length === 0 ? [] : [`${within} -f -a ${fishText(words.join(' '))}`]),
    ];
  });
  return `# statusprobe completion for fish: statusprobe completion fish | source\n${lines.join('\n')}\n`;
}

/** What kubectl asks, answered as cobra does: candidates, then 4: no file names instead of them, and 2: no space after them. */
const kubectl = (commands: readonly Completed[]): string => `#!/usr/bin/env bash
# Executable in the PATH as kubectl_complete-statusprobe: completes kubectl statusprobe.
directive=4
compopt() { directive=6; }
${bash(commands)}
COMP_WORDS=(statusprobe "$@")
COMP_CWORD=$#
_statusprobe
[[ \${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"
echo ":$directive"
`;

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = {
  bash,
  zsh,
  fish,
  kubectl,
};

/** A script that completes commands, flags and their values, made from the commands themselves. */
export const completionScript = (shell: Shell, program: Command): string =>
  SCRIPTS[shell](commandsOf(program));
