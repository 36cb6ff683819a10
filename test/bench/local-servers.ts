import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Servers in a process of their own, so that their CPU is not counted. */
export interface LocalServers {
  readonly http: string;
  readonly https: string;
  /** PEM of the authority that vouches for the second one. */
  readonly ca: string;
  /** Ends them; tells by how many milliseconds the machine made their timers late. */
  stop(): Promise<{ readonly p99: number; readonly most: number }>;
}

export async function startLocalServers(): Promise<LocalServers> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'bench-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(server.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const { http, https, ca } = JSON.parse(line) as { http: number; https: number; ca: string };
  return {
    http: `http://127.0.0.1:${http}/`,
    https: `https://127.0.0.1:${https}/`,
    ca,
    async stop() {
      server.stdin.end();
      const [late] = (await once(lines, 'line')) as [string];
      return JSON.parse(late) as { p99: number; most: number };
    },
  };
}
