import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { UsageError } from './cli/usage-error.ts';
import { createActions } from './wiring/actions.ts';
import { createProgram } from './wiring/program.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

// Whoever read the output has seen enough (`| head -1`): that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram(version, createActions(version)).parseAsync();
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
