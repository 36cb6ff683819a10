// A local server in a process of its own, so that its CPU is not counted; tells its ports on stdout, and at its end how
// late the machine made it.
import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createAuthority } from '../support/test-certificates.ts';

const answer = (_: unknown, response: import('node:http').ServerResponse) => response.end('ok\n');
const authority = await createAuthority();
const servers = [
  createPlain(answer),
  createSecure(await authority.issue(['localhost', '127.0.0.1']), answer),
];
for (const server of servers) server.listen(0, '127.0.0.1');
await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
const [http, https] = servers.map((server) => (server.address() as AddressInfo).port);
process.stdout.write(`${JSON.stringify({ http, https, ca: authority.pem })}\n`);
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.stdin.resume().once('end', () => {
  const milliseconds = (nanoseconds: number) => Math.round(nanoseconds / 1e6);
  const late = { p99: milliseconds(delay.percentile(99)), most: milliseconds(delay.max) };
  process.stdout.write(`${JSON.stringify(late)}\n`, () => process.exit(0));
});
