import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SCRIPT = path.join(import.meta.dirname, '..', '..', 'hack', 'aws', 'ministack.sh');

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The emulator with IAM enforced, on a port of its own. */
export async function startMinistack(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const program = execFileSync(SCRIPT, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const port = await freePort();
  const home = mkdtempSync(path.join(tmpdir(), 'ministack-'));
  const child = spawn(program, [], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
    },
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await isUp())) await wait(50);
  if (child.exitCode !== null) throw new Error(`ministack ended with ${child.exitCode}`);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await exited;
      clearTimeout(killer);
      rmSync(home, { recursive: true, force: true });
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
