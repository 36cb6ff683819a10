// CPU of a probe against a bare request with a fresh connection, in one run: ratios, which a slow machine leaves alone.
import { createSecureContext } from 'node:tls';
import { probe } from '../../src/probe/probe.ts';
import { DEFAULT_EXPECTATION, defaultRequest, type ProbeRequest } from '../../src/probe/request.ts';
import { loopbackGuard, loopbackResolver } from '../support/probe-loopback.ts';
import { bareRequest, costOf } from './bare-request.ts';
import { startLocalServers } from './local-servers.ts';

/** Many short rounds by turns: what else the machine does disturbs both alike. */
const ROUNDS = 40;
const REQUESTS = 50;
/** Until all of it is compiled. */
const WARM_UP = 1500;

const cost = (ask: () => Promise<unknown>) => costOf(ask, REQUESTS);

const probed = (request: ProbeRequest) => () =>
  probe(request, DEFAULT_EXPECTATION, { guard: loopbackGuard, resolver: loopbackResolver, now: Date.now });

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function compare(name: string, ours: () => Promise<unknown>, baseline: () => Promise<unknown>) {
  await costOf(ours, WARM_UP);
  await costOf(baseline, WARM_UP);
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

const { http, https, ca, stop } = await startLocalServers();
const context = createSecureContext({ ca });
await compare('HTTP probe', probed(defaultRequest(http)), () => bareRequest(http));
await compare('HTTPS probe', probed({ ...defaultRequest(https), tls: { ca } }), () =>
  bareRequest(https, context),
);
await stop();
