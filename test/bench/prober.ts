// CPU of a probe against a bare request with a fresh connection, in one run: ratios, which a slow machine leaves alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createSecureContext, type SecureContext } from 'node:tls';
import { probe } from '../../src/probe/probe.ts';
import { DEFAULT_EXPECTATION, defaultRequest, type ProbeRequest } from '../../src/probe/request.ts';
import { loopbackGuard, loopbackResolver } from '../support/probe-loopback.ts';

const ROUNDS = 5;
const REQUESTS = 400;

/** Microseconds of CPU, of this process, for each of many requests made one after the other. */
async function cost(ask: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < REQUESTS; count += 1) await ask();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

function bare(url: string, secureContext?: SecureContext): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { agent: false as const, ...(secureContext && { secureContext }) };
  const request = url.startsWith('https:') ? https.get(url, options) : http.get(url, options);
  request.once('error', reject);
  request.once('response', (response) => response.resume().once('end', () => resolve()));
  return promise;
}

const probed = (request: ProbeRequest) => () =>
  probe(request, DEFAULT_EXPECTATION, { guard: loopbackGuard, resolver: loopbackResolver, now: Date.now });

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function compare(name: string, ours: () => Promise<unknown>, baseline: () => Promise<unknown>) {
  await cost(ours);
  await cost(baseline);
  const rounds: { readonly ours: number; readonly bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ bare: await cost(baseline), ours: await cost(ours) });
  const ratio = median(rounds.map((round) => round.ours / round.bare));
  const [mine, theirs] = [
    median(rounds.map((round) => round.ours)),
    median(rounds.map((round) => round.bare)),
  ];
  console.log(
    `${name}: ${ratio.toFixed(2)} x a bare request (${mine.toFixed(0)} and ${theirs.toFixed(0)} us of CPU)`,
  );
}

const server = spawn(process.execPath, [join(import.meta.dirname, 'bench-server.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
const ports = JSON.parse(line) as { readonly http: number; readonly https: number; readonly ca: string };
const [plain, secure] = [`http://127.0.0.1:${ports.http}/`, `https://127.0.0.1:${ports.https}/`];
const context = createSecureContext({ ca: ports.ca });
await compare('HTTP probe', probed(defaultRequest(plain)), () => bare(plain));
await compare('HTTPS probe', probed({ ...defaultRequest(secure), tls: { ca: ports.ca } }), () =>
  bare(secure, context),
);
server.stdin.end();
