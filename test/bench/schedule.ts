// Many StatusProbes on one core, as after a restart: how late they start, what they cost, how much memory they keep.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import { createObjectsReader } from '../../src/evidence/cluster/objects.ts';
import type { Client } from '../../src/kubernetes/client.ts';
import { createStore } from '../../src/kubernetes/store.ts';
import { ProbeSeries } from '../../src/metrics/probe-series.ts';
import { NO_POLICY, policyFor } from '../../src/operator/policy.ts';
import { ProbeController } from '../../src/operator/probe-controller.ts';
import { shareOf } from '../../src/operator/start-times.ts';
import { StatusWriter } from '../../src/operator/status-writer.ts';
import { keyOfProbe, type StoredProbe, toStoredProbe } from '../../src/operator/stored-probe.ts';
import { createGuards } from '../../src/wiring/guards.ts';
import { createWorld } from '../../src/wiring/world.ts';
import { loopbackResolver } from '../support/probe-loopback.ts';
import { bareRequest, costOf } from './bare-request.ts';
import { startLocalServers } from './local-servers.ts';

const PROBES = 10_000;
const INTERVAL_MILLISECONDS = 60_000;
/** A round after the start, so that every probe has been asked and has its place. */
const SETTLE_MILLISECONDS = 65_000;
const MEASURE_MILLISECONDS = 60_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const memory = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const rawProbe = (url: string, index: number) => ({
  metadata: {
    namespace: `team-${index % 100}`,
    name: `probe-${index}`,
    uid: `uid-${index}`,
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: '2030-01-01T00:00:00Z',
  },
  spec: { target: { url: `${url}${index}` }, interval: '60s', timeout: '5s' },
  status: { observedGeneration: 1 },
});

/** An API server that takes every status. */
const client = {
  applyStatus: async (_: unknown, { metadata: { name }, status }: ReturnType<typeof rawProbe>) => ({
    ...rawProbe(http, Number(name.replace('probe-', ''))),
    status,
  }),
  get: async () => Promise.reject(new Error('Nothing is to be looked up.')),
} as unknown as Client;

/** Milliseconds after its place in the interval; what comes early by a timer's inaccuracy is on time. */
function lateness(key: string, startedAt: number): number {
  const phase = (startedAt - shareOf(key) * INTERVAL_MILLISECONDS) % INTERVAL_MILLISECONDS;
  return phase > INTERVAL_MILLISECONDS - 1000 ? 0 : phase;
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const { http, stop } = await startLocalServers();
const bare = await costOf(() => bareRequest(http), 2000);
const before = memory();

const registry = new Registry();
const series = new ProbeSeries(registry, { chainInfo: true });
const probes = createStore<StoredProbe, 'namespace'>({
  indexes: { namespace: ({ namespace }) => [namespace] },
});
for (let index = 0; index < PROBES; index += 1) {
  const object = toStoredProbe(rawProbe(http, index));
  probes.set({ key: keyOfProbe(object), uid: object.uid, resourceVersion: '1', object });
}
const policy = { ...policyFor(NO_POLICY, {}), allowCIDRs: ['127.0.0.0/8'] };
const reader = createObjectsReader([]);
const world = createWorld({
  version: '0.0.0',
  client,
  reader: () => reader,
  resolver: loopbackResolver,
  guards: createGuards({
    reader: () => reader,
    clusterCIDRs: [],
    apiServerHosts: [],
    now: () => performance.now(),
  }),
  policyOf: async () => policy,
  whyBlind: async () => undefined,
  podLogs: false,
  clusterDomain: 'cluster.local',
  correlation: true,
  isInside: false,
  aws: createAwsReader(),
});
const writer = new StatusWriter({
  client,
  stored: (key) => probes.find(key)?.object,
  probes: () => probes.size,
  fence: () => () => {},
  onWritten: () => {},
  onError: (_, error) => {
    throw error;
  },
});
const late: number[] = [];
let failures = 0;
const controller = new ProbeController({
  probes,
  world,
  writer,
  policyOf: async () => policy,
  keeps: () => true,
  concurrency: 1000,
  log: pino({ level: 'error' }),
  telemetry: {
    seen(probe, status, observation) {
      series.seen(probe, status, observation);
      if (observation === undefined) return;
      late.push(lateness(keyOfProbe(probe), Date.parse(observation.time)));
      if (!observation.success) failures += 1;
    },
    gone: (key) => series.gone(key),
  },
});
controller.start();
await sleep(SETTLE_MILLISECONDS);
late.length = 0;
const cpu = process.cpuUsage();
await sleep(MEASURE_MILLISECONDS);
const { user, system } = process.cpuUsage(cpu);
const measured = late.toSorted((one, other) => one - other);
const perProbe = (memory() - before) / PROBES;
await controller.stop();
await writer.stop(0);
const machine = await stop();

const cores = (user + system) / 1000 / MEASURE_MILLISECONDS;
const bareCores = (bare * measured.length) / 1000 / MEASURE_MILLISECONDS;
console.log(
  `${PROBES} probes every ${INTERVAL_MILLISECONDS / 1000} s: ${measured.length} in ${MEASURE_MILLISECONDS / 1000} s, ${failures} failed`,
);
console.log(
  `  start after its time: p50 ${quantile(measured, 0.5).toFixed(0)} ms, p99 ${quantile(measured, 0.99).toFixed(0)} ms, most ${quantile(measured, 1).toFixed(0)} ms; timers of a process that does next to nothing: p99 ${machine.p99} ms, most ${machine.most} ms`,
);
console.log(
  `  CPU: ${cores.toFixed(3)} cores, ${(cores / bareCores).toFixed(2)} x as many bare requests (${bareCores.toFixed(3)} cores)`,
);
console.log(`  memory: ${(perProbe / 1024).toFixed(1)} KiB for each probe`);
