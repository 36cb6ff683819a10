import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const PACKAGES = fileURLToPath(new URL('../../hack/cluster/packages.sh', import.meta.url));

const COMMANDS = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  amtool: 'prometheus-alertmanager',
} as const;

const isThere = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** Why tests with the real Prometheus are left out: its Debian packages cannot be installed. In CI that fails. */
export function whyNoPrometheus(): string | undefined {
  const missing = Object.keys(COMMANDS).filter((command) => !isThere(command));
  const isInstallable = process.getuid?.() === 0 && isThere('apt-get');
  if (missing.length === 0 || isInstallable || process.env.CI === 'true') return undefined;
  return `${missing.join(', ')} missing: apt-get install prometheus prometheus-alertmanager`;
}

/** Installs the Debian packages of Prometheus and Alertmanager where they are missing. */
export function installPrometheus(): void {
  const wanted = Object.entries(COMMANDS).map(([command, name]) => `${command}=${name}`);
  const { status, stderr } = spawnSync(PACKAGES, wanted, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Output of promtool or amtool; throws with what it says where it finds a fault. */
export function check(command: 'promtool' | 'amtool', ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

/** A program that listens on loopback. */
export interface LoopbackProgram {
  readonly origin: string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startProgram(
  command: string,
  config: object,
  argsFor: (configFile: string, directory: string) => readonly string[],
): Promise<LoopbackProgram> {
  const directory = mkdtempSync(join(tmpdir(), `statusprobe-${command}-`));
  const file = join(directory, 'config.yaml');
  writeFileSync(file, stringify(config));
  const port = await freePort();
  const child = spawn(command, [...argsFor(file, directory), `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(child, `${origin}/-/ready`, said);
  return {
    origin,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess, url: string, said: readonly string[]): Promise<void> {
  const isReady = async () => (await fetch(url)).ok;
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode !== null) throw new Error(said.join(''));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const startPrometheus = (config: object): Promise<LoopbackProgram> =>
  startProgram('prometheus', config, (file, directory) => [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
  ]);

export const startAlertmanager = (config: object): Promise<LoopbackProgram> =>
  startProgram('prometheus-alertmanager', config, (file, directory) => [
    `--config.file=${file}`,
    `--storage.path=${join(directory, 'data')}`,
    '--cluster.listen-address=',
  ]);

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What an expression gives now. Throws with Prometheus' own words where it cannot be evaluated. */
export async function query({ origin }: LoopbackProgram, expression: string): Promise<readonly Sample[]> {
  const response = await fetch(`${origin}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const answer = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: readonly Sample[] };
  };
  if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
  return answer.data.result;
}

/** An alert as Alertmanager sends it to a webhook. */
export interface SentAlert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A receiver of Alertmanager's webhooks. */
export interface AlertReceiver {
  readonly url: string;
  readonly alerts: readonly SentAlert[];
  stop(): void;
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const alerts: SentAlert[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    alerts.push(...(JSON.parse(Buffer.concat(chunks).toString()) as { alerts: SentAlert[] }).alerts);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, alerts, stop: () => server.close() };
}
