import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const INSTALL = path.join(import.meta.dirname, '..', '..', 'hack', 'aws', 'install.sh');

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Emulator {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

interface Program {
  readonly name: 'ministack' | 'moto_server' | 'microburst';
  readonly flags?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Answers 200 when it is up. */
  readonly health: string;
}

/** Starts a program of hack/aws on a port of its own, in a folder of its own. */
async function start(port: number, { name, flags = [], environment, health }: Program): Promise<Emulator> {
  const program = execFileSync(INSTALL, [name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const home = mkdtempSync(path.join(tmpdir(), `${name}-`));
  const child = spawn(program, [...flags], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...environment },
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}${health}`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await isUp())) await wait(50);
  if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
  return {
    port,
    url,
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await exited;
      clearTimeout(killer);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The emulator with IAM enforced. */
export async function startMinistack(): Promise<Emulator> {
  const port = await freePort();
  const environment = { AUTH: 'true', BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port) };
  return start(port, { name: 'ministack', environment, health: '/_ministack/health' });
}

/** Another emulator, made by other people. */
export async function startMoto(): Promise<Emulator> {
  const port = await freePort();
  const flags = ['-H', '127.0.0.1', '-p', String(port)];
  return start(port, { name: 'moto_server', flags, health: '/moto-api/' });
}

/** Stands in front of an emulator and makes calls fail by rules, each in the words of its own service. */
export async function startMicroburst(upstream: string): Promise<
  Emulator & {
    /** Takes the place of all rules before. */
    fail(...rules: readonly object[]): Promise<void>;
  }
> {
  const port = await freePort();
  const flags = ['--host', '127.0.0.1', '--port', String(port), '--upstream', upstream];
  const proxy = await start(port, { name: 'microburst', flags, health: '/_microburst/health' });
  return {
    ...proxy,
    async fail(...rules) {
      const answer = await fetch(`${proxy.url}/_microburst/rules`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules),
      });
      if (!answer.ok) throw new Error(`microburst refuses the rules: ${await answer.text()}`);
    },
  };
}

/** An answer in AWS' own format for an operation that the emulator does not know. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

/** `GetSampledRequests`, `DescribeRules`, or for S3 the method. */
function operationOf({ headers, method = '' }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  return /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1] ?? method;
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/**
 * Stands in front of the emulator: counts calls, and puts recorded answers in the place of the emulator's own. What the
 * emulator denies stays denied, so that permissions are judged for recorded answers too.
 */
export async function startRecordedAnswers(port: number, recorded: ReadonlyMap<string, RecordedAnswer>) {
  const calls: string[] = [];
  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await bodyOf(incoming);
    const operation = operationOf(incoming, body);
    calls.push(operation);
    const { method, url: path, headers } = incoming;
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      request({ host: '127.0.0.1', port, method, path, headers }, resolve).on('error', reject).end(body),
    );
    const own = await bodyOf(answer);
    const instead = recorded.get(operation);
    const isDenied = /AccessDenied|not authorized/.test(own.toString('latin1'));
    if (instead === undefined || isDenied)
      return outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(own);
    return outgoing.writeHead(instead.status ?? 200, { 'content-type': instead.type }).end(instead.body);
  };
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() => outgoing.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
