import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
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

/** A Node process that tells what it takes. */
export function startMeasured(
  command: readonly string[],
  {
    environment = {},
    flags = [],
  }: { environment?: Readonly<Record<string, string>>; flags?: readonly string[] },
): MeasuredProcess {
  const child = spawn(process.execPath, [...flags, '--import', PRELOAD, ...command], {
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
}

/** `statusprobe run` as the image runs it. */
export async function startMeasuredOperator(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<MeasuredOperator> {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: npm run build');
  const run = [MAIN, 'run', '--metrics-port', '0', '--health-port', '0', '--instance', 'bench'];
  const operator = startMeasured(run, {
    environment: { ...ENVIRONMENT, ...environment },
    flags: [...FLAGS, HEAP, ...flags],
  });
  const [metricsPort, healthPort] = await portsOf(operator.child);
  return {
    ...operator,
    isReady: async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok,
    async metrics() {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      const at = performance.now();
      return new Metrics(await answer.text(), at);
    },
  };
}

/** The first line of the log that tells where it listens; what else is logged is dropped. */
function portsOf({ stdout }: ChildProcess): Promise<readonly [metrics: number, health: number]> {
  const ports = Promise.withResolvers<readonly [number, number]>();
  let text = '';
  stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const [, metrics, health] = /"metricsPort":(\d+),"healthPort":(\d+)/.exec(text) ?? [];
    if (metrics !== undefined) ports.resolve([Number(metrics), Number(health)]);
    text = text.slice(-1000);
  });
  return ports.promise;
}

export class Metrics {
  readonly #text: string;
  /** Of `performance.now()`, when the answer began: counters stand before what takes seconds to write. */
  readonly at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
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

  /**
   * Calls of the API server that change something. What is posted is apart: Events, which are counted by themselves,
   * and access reviews, which change nothing. */
  get writes(): number {
    const methods = ['PUT', 'PATCH', 'DELETE'];
    return methods.reduce(
      (total, method) => total + this.sum('rest_client_requests_total', `"${method}"`),
      0,
    );
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
