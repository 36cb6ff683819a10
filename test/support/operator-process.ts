import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** One line of the operator's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly probe?: string;
  readonly metricsPort?: number;
  readonly healthPort?: number;
}

/** `statusprobe run` as a process of its own. */
export interface OperatorProcess {
  /** What it has logged so far. */
  readonly log: readonly LogLine[];
  readonly process: ChildProcess;
  /** Code and text of `/readyz` or `/healthz`. */
  health(path: 'readyz' | 'healthz'): Promise<{ readonly code: number; readonly text: string }>;
  /** All lines of `/metrics` that are series. */
  metrics(): Promise<readonly string[]>;
  /** Ends it as Kubernetes does; the exit code. */
  stop(): Promise<number | null>;
}

/** Where a test has set up an emulator of AWS. */
const awsEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')));

/** Starts the operator on free ports and waits until it says where it listens. */
export const startOperator = (...args: readonly string[]): Promise<OperatorProcess> =>
  startOperatorWith([], args);

/** The same with modules of test/support that are loaded before it, by file name; messages go to them. */
export async function startOperatorWith(
  modules: readonly string[],
  args: readonly string[],
): Promise<OperatorProcess> {
  const loaded = modules.flatMap((file) => ['--import', new URL(file, import.meta.url).href]);
  const command = [...loaded, MAIN, 'run', '--metrics-port', '0', '--health-port', '0', ...args];
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, ...awsEnvironment() },
  });
  const log: LogLine[] = [];
  const errors: string[] = [];
  const exited = once(child, 'exit');
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ports = Promise.withResolvers<LogLine>();
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.push(JSON.parse(line) as LogLine);
    const starting = log.find(({ healthPort }) => healthPort !== undefined);
    if (starting !== undefined) ports.resolve(starting);
  });
  void exited.then(([code]) => ports.reject(new Error(`It ended with ${code}: ${errors.join('')}`)));
  const { metricsPort, healthPort } = await ports.promise;
  return {
    log,
    process: child,
    async health(path) {
      const response = await fetch(`http://127.0.0.1:${healthPort}/${path}`);
      return { code: response.status, text: await response.text() };
    },
    async metrics() {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code as number | null;
    },
  };
}
