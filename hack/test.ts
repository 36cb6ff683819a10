// Runs every test and ends with one line: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const directory = mkdtempSync(join(tmpdir(), 'statusprobe-test-'));
const file = join(directory, 'report.json');
const leftOut = join(directory, 'left-out');
const { status } = spawnSync(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  {
    stdio: 'inherit',
    env: { ...process.env, STATUSPROBE_LEFT_OUT: leftOut },
  },
);
const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
if (existsSync(leftOut)) process.stdout.write(readFileSync(leftOut, 'utf8'));
rmSync(directory, { recursive: true });

// A file that could not be loaded or prepared has no test that failed, and has failed all the same.
const failures = report.testResults
  .filter((each) => each.status === 'failed')
  .flatMap(({ name, message, assertionResults }) => {
    const failedTests = assertionResults.filter((test) => test.status === 'failed');
    const where = relative(process.cwd(), name);
    if (failedTests.length === 0) return [`${where}: ${firstLine(message)}`];
    return failedTests.map((test) => `${where}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
for (const failure of failures) console.log(`failed: ${failure}`);
const failed = failures.length;
const skipped = report.numPendingTests + report.numTodoTests;
const hasFailed = status !== 0 || failed > 0 || (process.env.CI === 'true' && skipped > 0);
if (process.env.CI === 'true' && skipped > 0)
  console.log('Skipped tests are failures in CI: install what they need.');
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = hasFailed ? 1 : 0;

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? '';
}
