import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { UsageError } from './cli/usage-error.ts';
import { clusterOptions, configFrom, runOptions } from './config.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const program = new Command('statusprobe')
  .description('Says what is broken behind a failing URL on Kubernetes, and who fixes it')
  .version(version)
  .exitOverride()
  .showHelpAfterError('Run statusprobe --help to see what there is.');

const runCommand = program.command('run').description('run the operator');
for (const option of [...clusterOptions(), ...runOptions()]) runCommand.addOption(option);
runCommand.action(async () => {
  const { run } = await import('./wiring/run.ts');
  await run(configFrom(runCommand.opts()), version);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exit(exitCode(error));
}

/** 2 for what could not be run, after one sentence on stderr. */
function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`statusprobe: ${error.message}\n`);
  return 2;
}
