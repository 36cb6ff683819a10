import { readFileSync } from 'node:fs';
import { Command, CommanderError, type Option } from 'commander';
import { checksText, describeChecks } from './cli/checks.ts';
import { type DiagnoseOutput, diagnoseOnce } from './cli/diagnose.ts';
import { explain, explainText } from './cli/explain.ts';
import { UsageError } from './cli/usage-error.ts';
import {
  clusterOptions,
  configFrom,
  diagnoseOptions,
  outputOption,
  placed,
  runOptions,
  wantsColours,
} from './config.ts';
import type { DiagnoseConfig } from './wiring/diagnose.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

type DiagnoseFlags = DiagnoseConfig & { readonly output: DiagnoseOutput };

const print = (text: string) => process.stdout.write(text);
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

const program = new Command('statusprobe')
  .description('Says what is broken behind a failing URL on Kubernetes, and who fixes it')
  .version(version)
  .exitOverride()
  .showHelpAfterError('Run statusprobe --help to see what there is.');

const command = (usage: string, description: string, options: readonly Option[]): Command =>
  options.reduce((made, option) => made.addOption(option), program.command(usage).description(description));

const run = command('run', 'run the operator', [...clusterOptions(), ...runOptions()]);
run.action(async () => {
  const { run: runOperator } = await import('./wiring/run.ts');
  await runOperator(configFrom(run.opts()), version);
});

const diagnose = command(
  'diagnose [target]',
  'probe once and print the verdict: URL, ingress/NAME, service/NAME[:PORT], httproute/NAME or statusprobe/NAME',
  [...clusterOptions(), ...diagnoseOptions()],
);
diagnose.action(async (target: string | undefined) => {
  const { openDiagnosis } = await import('./wiring/diagnose.ts');
  const options = diagnose.opts<DiagnoseFlags>();
  const parts = await openDiagnosis(placed(options), version);
  try {
    const printing = { write: print, isTerminal: wantsColours() };
    process.exitCode = await diagnoseOnce(target, options.output, { ...parts, ...printing });
  } finally {
    parts.close();
  }
});

command('explain <code>', 'the matrix rows for a status code, both sides', [outputOption()]).action(
  (code: string, { output }: { output: string }) => {
    const rows = explain(code);
    print(output === 'json' ? json(rows) : explainText(code, rows));
  },
);

command('checks', 'every check, its reasons, owners and the evidence it needs', [outputOption()]).action(
  ({ output }: { output: string }) => {
    const checks = describeChecks();
    print(output === 'json' ? json(checks) : checksText(checks));
  },
);

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
