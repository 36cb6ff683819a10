// What a diagnosis costs in a small cluster and in a large one: by warm caches, and by single requests.
// test/bench/isolated.sh node test/bench/diagnosis-cost.ts [--services 5000]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Observation } from '../../src/diagnosis/model/observation.ts';
import type { ClusterReader } from '../../src/evidence/cluster/reader.ts';
import { createTargetedReader } from '../../src/evidence/cluster/targeted.ts';
import { createSteps } from '../../src/evidence/gather.ts';
import { createClient } from '../../src/kubernetes/client.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import { diagnose } from '../../src/pipeline.ts';
import { startCaches } from '../../src/wiring/caches.ts';
import { secondsUntil, tell } from './load/figures.ts';
import { type LoadedCluster, startLoadedCluster } from './load/loaded-cluster.ts';
import { type Figures, startAnswering } from './load/measured.ts';
import { INGRESS_ADDRESS, POD_PORT, type Size } from './load/objects.ts';

const { values } = parseArgs({ options: { services: { type: 'string', default: '5000' } } });
const DIAGNOSES = 300;
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PRELOAD = new URL('measured-process.mjs', import.meta.url).href;
const sizeOf = (services: number): Size => ({
  services,
  podsPerService: 2,
  probesPerService: 0,
  interval: '30s',
});

const url = 'http://app-0.team-0.bench.test/';
const observation: Observation = {
  time: new Date().toISOString(),
  method: 'GET',
  url,
  finalURL: url,
  code: 503,
  success: false,
  failure: { phase: 'Assert', reason: 'UnexpectedStatus', message: 'The answer is 503' },
  redirects: [],
  remoteAddress: `${INGRESS_ADDRESS}:80`,
  httpVersion: '1.1',
  durationMilliseconds: { resolve: 0, connect: 1, tls: 0, processing: 1, transfer: 0, total: 2 },
  headers: { server: 'nginx' },
};

async function diagnoseBy(reader: ClusterReader): Promise<void> {
  const settings = { hops: 'SafeMethods', podLogs: { enabled: false, tailLines: 10 } } as const;
  const steps = createSteps({
    probe: { target: { kind: 'URL', url }, namespace: 'team-0', name: 'web' },
    reader,
    settings: { ...settings, deadlineMilliseconds: 10_000 },
  });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const options = { enabled: true, checks: {}, mute: [] };
  const question = { target: { kind: 'URL', url } as const, namespace: 'team-0', diagnose: options };
  const { diagnosis } = await diagnose(question, { observe: async () => observation, ...steps, sha256 });
  if (diagnosis?.path.every(({ hop }) => hop !== 'Endpoint'))
    throw new Error('It did not find its way to the Pods');
}

async function costs(cluster: LoadedCluster) {
  let requests = 0;
  const observe = () => {
    requests += 1;
  };
  const limits = { requestsPerSecond: 1000, burst: 1000 };
  const transport = createTransport(async () => cluster.access, { observe, ...limits });
  const stopping = new AbortController();
  const client = createClient(transport);
  const parts = { onError: console.error, onState: () => {} };
  const caches = startCaches({ transport, client, signal: stopping.signal, ...parts });
  await secondsUntil(async () => caches.unsynced().length === 0, { everyMilliseconds: 50 });
  for (let count = 0; count < 20; count += 1) await diagnoseBy(caches.reader());
  const [asked, before] = [requests, process.cpuUsage()];
  for (let count = 0; count < DIAGNOSES; count += 1) await diagnoseBy(caches.reader());
  const { user, system } = process.cpuUsage(before);
  const warm = { requests: (requests - asked) / DIAGNOSES, milliseconds: (user + system) / 1000 / DIAGNOSES };
  const start = requests;
  await diagnoseBy(createTargetedReader(client));
  const cold = requests - start;
  stopping.abort();
  transport.close();
  return { warm, cold };
}

/** `statusprobe diagnose URL`, as bin/statusprobe runs it. */
async function commandLine({ server }: LoadedCluster) {
  const file = join(mkdtempSync(join(tmpdir(), 'statusprobe-bench-')), 'figures.json');
  const command = [MAIN, 'diagnose', url, '-n', 'team-0', '--kubeconfig', server.kubeconfigPath];
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=4', '--import', PRELOAD, ...command], {
    env: { PATH: process.env.PATH, FIGURES_FILE: file },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 1) throw new Error(`It ended with ${code}`);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, ...(JSON.parse(readFileSync(file, 'utf8')) as Figures) };
}

const answering = await startAnswering(80, POD_PORT);
const cluster = await startLoadedCluster(sizeOf(10));
try {
  await answering.become('fail');
  const small = await costs(cluster);
  const services = Number(values.services);
  await cluster.grow(sizeOf(services));
  const large = await costs(cluster);
  tell('warm: API requests of a diagnosis among 10 Services', small.warm.requests, undefined, 'requests');
  tell(`warm: among ${services}`, large.warm.requests, small.warm.requests, 'requests');
  tell('warm: CPU of a diagnosis among 10 Services', small.warm.milliseconds, undefined, 'ms');
  tell(`warm: among ${services}`, large.warm.milliseconds, small.warm.milliseconds * 1.2, 'ms');
  tell('cold: API requests among 10 Services', small.cold, 30, 'requests');
  tell(`cold: among ${services}`, large.cold, 30, 'requests');
  const look = await commandLine(cluster);
  tell(`statusprobe diagnose among ${services} Services`, look.seconds, 1.5, 's');
  tell('its peak of resident memory', look.peakResidentMB, 150, 'MB');
} finally {
  await cluster.stop();
  answering.stop();
}
