import { Argument, Command } from 'commander';
import { clusterOptions } from '../config.ts';
import { COMMANDS, type CommandDefinition, type CommandName } from './commands.ts';

/** What a command was called with: its arguments as commander read them, its flags and those of all commands. */
export interface Call {
  readonly arguments: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly program: Command;
}

/** What each command does. */
export type Actions = Readonly<Record<CommandName, (call: Call) => void | Promise<void>>>;

const examplesText = ({ examples }: CommandDefinition): string =>
  `\nExamples:\n${examples.map(([line, meaning]) => `  # ${meaning}\n  ${line}`).join('\n')}`;

function addCommand(program: Command, name: string, definition: CommandDefinition): Command {
  const command = program.command(name).description(definition.description);
  for (const [usage, description, choices] of definition.arguments ?? []) {
    const argument = new Argument(usage, description);
    command.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const option of definition.options()) command.addOption(option);
  if (definition.more !== undefined) command.addHelpText('after', `\n${definition.more}`);
  return command.addHelpText('after', examplesText(definition));
}

/** The command line: flags of all commands may stand before or after the command's name. */
export function createProgram(version: string, actions: Actions): Command {
  const program = new Command('statusprobe')
    .description('Says what is broken behind a failing URL on Kubernetes, and who fixes it')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run statusprobe --help to see what there is.')
    .addHelpText('after', '\nstatusprobe COMMAND --help shows its flags and examples.');
  for (const option of clusterOptions()) program.addOption(option);
  for (const [name, definition] of Object.entries(COMMANDS)) {
    const command = addCommand(program, name, definition);
    command.action(async () =>
      actions[name as CommandName]({
        arguments: command.processedArgs,
        options: command.optsWithGlobals(),
        program,
      }),
    );
  }
  return program;
}
