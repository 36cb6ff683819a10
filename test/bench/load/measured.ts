import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PRELOAD = new URL('../measured-process.mjs', import.meta.url).href;
const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const ANSWERING = fileURLToPath(new URL('answering-server.mjs', import.meta.url));

/** What a process has taken since it began; of stalls, since the last reset. */
export interface Figures {
  readonly cpuSeconds: number;
  readonly residentMB: number;
  readonly peakResidentMB: number;
  readonly heapMB: number;
  readonly outsideHeapMB: number;
  readonly stallP99Milliseconds: number;
  readonly stallMaximumMilliseconds: number;
  /** Sockets, timers and requests that keep the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

export interface MeasuredProcess {
  readonly child: ChildProcess;
  /** `reset` begins the stalls anew, `collect` collects garbage first. */
  figures(how?: 'reset' | 'collect'): Promise<Figures>;
  /** Ends it; the exit code. */
  stop(): Promise<number | null>;
}

export interface MeasuredOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node. */
  readonly flags?: readonly string[];
  /** A command that starts another, such as that of a processor of its own. */
  readonly before?: readonly string[];
}

/** A Node process that tells what it takes. */
export function startMeasured(
  command: readonly string[],
  { environment = {}, flags = [], before = [] }: MeasuredOptions,
): MeasuredProcess {
  const [program, ...rest] = [...before, process.execPath, ...flags, '--import', PRELOAD, ...command];
  const child = spawn(program as string, rest, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, ...environment },
  });
  const exited = once(child, 'exit');
  return {
    child,
    async figures(how) {
      const answer = once(child, 'message');
      child.send(how ?? 'figures');
      const [figures] = (await answer) as [Figures];
      return figures;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code as number | null;
    },
  };
}

/** What deploy/base sets. */
export const FLAGS: readonly string[] = ['--max-semi-space-size=8', '--v8-pool-size=2'];
export const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };
/** The heap that Node takes from the operator's limit of 512 MiB. */
const HEAP = '--max-old-space-size=256';

export interface MeasuredOperator extends MeasuredProcess {
  isReady(): Promise<boolean>;
  /** Series of `/metrics` with their values. */
  metrics(): Promise<Metrics>;
  /** The next lines of the log that hold this text, when there are so many. */
  logged(text: string, lines: number): Promise<readonly LogLine[]>;
}

export interface LogLine {
  /** RFC 3339. */
  readonly time: string;
  /** `namespace/name`. */
  readonly probe?: string;
  readonly metricsPort?: number;
  readonly healthPort?: number;
}

/** `statusprobe run` as the image runs it. */
export async function startMeasuredOperator(
  environment: Readonly<Record<string, string>>,
  { flags = [], before = [] }: Omit<MeasuredOptions, 'environment'> = {},
): Promise<MeasuredOperator> {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: npm run build');
  const run = [MAIN, 'run', '--metrics-port', '0', '--health-port', '0', '--instance', 'bench'];
  const operator = startMeasured(run, {
    environment: { ...ENVIRONMENT, ...environment },
    flags: [...FLAGS, HEAP, ...flags],
    before,
  });
  const log = createInterface({ input: operator.child.stdout as Readable });
  const logged = (text: string, lines: number) => linesWith(log, text, lines);
  const [{ metricsPort, healthPort } = {}] = await logged('"metricsPort":', 1);
  return {
    ...operator,
    logged,
    isReady: async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok,
    async metrics() {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      return new Metrics(await answer.text());
    },
  };
}

/** Rejects after ten minutes. */
async function linesWith(log: Interface, text: string, lines: number): Promise<readonly LogLine[]> {
  const found: LogLine[] = [];
  const signal = AbortSignal.timeout(600_000);
  for await (const [line] of on(log, 'line', { signal }) as AsyncIterable<[string]>) {
    if (line.includes(text)) found.push(JSON.parse(line) as LogLine);
    if (found.length === lines) break;
  }
  return found;
}

export class Metrics {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** All series of a metric whose labels hold this text, added up. */
  sum(name: string, label = ''): number {
    return this.#linesOf(name)
      .filter((line) => line.includes(label))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** The series of one metric stand together; all of them are some hundred thousand lines. */
  #linesOf(name: string): readonly string[] {
    const type = this.#text.indexOf(`# TYPE ${name} `);
    if (type === -1) return [];
    const next = this.#text.indexOf('\n# HELP ', type);
    const block = this.#text.slice(type, next === -1 ? undefined : next);
    return block.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  }
}

/** What answers for the ingress controller and for all Pods. */
export async function startAnswering(...ports: readonly number[]) {
  const child = spawn(process.execPath, [ANSWERING, ...ports.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    async become(state: 'fail' | 'work'): Promise<void> {
      const told = once(child.stdout, 'data');
      child.stdin.write(`${state}\n`);
      await told;
    },
    stop: () => void child.stdin.end(),
  };
}
