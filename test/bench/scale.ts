// What the operator takes on one real API server: in peace, when everything is listed anew, and in an outage of all.
// test/bench/isolated.sh node test/bench/scale.ts [--services 1000] [--minutes 3] [--part peace|relist|outage]… [--shared]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EVENTS } from '../../src/kubernetes/resources.ts';
import { crash } from '../support/server-process.ts';
import { secondsUntil, tell, yardstick } from './load/figures.ts';
import { type LoadedCluster, startLoadedCluster, type Write } from './load/loaded-cluster.ts';
import {
  type MeasuredOperator,
  type Metrics,
  startAnswering,
  startMeasuredOperator,
} from './load/measured.ts';
import { POD_PORT, type Size } from './load/objects.ts';
import { setProcessorApart } from './load/processors.ts';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '3' },
    part: { type: 'string', multiple: true, default: ['peace', 'relist', 'outage'] },
    /** For the operator's process, such as --cpu-prof. */
    flag: { type: 'string', multiple: true, default: [] },
    /** All processors are everybody's. */
    shared: { type: 'boolean', default: false },
  },
});
const INTERVAL_SECONDS = 30;
/** As Prometheus does it: the metrics of 5,000 probes are not free. */
const SCRAPE_MILLISECONDS = 15_000;
const size: Size = {
  services: Number(values.services),
  podsPerService: 10,
  probesPerService: 5,
  interval: `${INTERVAL_SECONDS}s`,
};
const probes = size.services * size.probesPerService;
const minutes = Number(values.minutes);
const apart = values.shared ? [] : setProcessorApart();

const verdictsOf = (metrics: Metrics, reason: string): number =>
  metrics.sum('statusprobe_verdict_info', `reason="${reason}"`);

/** All StatusProbes are known to this replica and are healthy. */
const allHealthy = (metrics: Metrics): boolean => verdictsOf(metrics, 'Healthy') >= probes;

/** All have a verdict of another kind, not only the word that one is looked for. */
const allFailing = (metrics: Metrics): boolean =>
  metrics.sum('statusprobe_verdict_info') -
    verdictsOf(metrics, 'Healthy') -
    verdictsOf(metrics, 'Diagnosing') >=
  probes;

const allWritten = (metrics: Metrics): boolean => metrics.sum('workqueue_depth', 'name="status"') === 0;

const until = (operator: MeasuredOperator, isSo: (metrics: Metrics) => boolean): Promise<number> =>
  secondsUntil(async () => isSo(await operator.metrics()), { everyMilliseconds: SCRAPE_MILLISECONDS });

async function start(environment: Readonly<Record<string, string>>): Promise<MeasuredOperator> {
  const operator = await startMeasuredOperator(environment, { flags: values.flag, before: apart });
  tell('start to ready', await secondsUntil(operator.isReady, { everyMilliseconds: 50 }), 10, 's');
  const { stallMaximumMilliseconds } = await operator.figures('reset');
  tell('longest stall until then, modules are loaded in it', stallMaximumMilliseconds, undefined, 'ms');
  return operator;
}

async function peace(operator: MeasuredOperator): Promise<void> {
  await until(operator, allHealthy);
  await until(operator, allWritten);
  const statusWrites = async () => (await operator.metrics()).sum('rest_client_requests_total', '"PATCH"');
  const [before, writes] = [await operator.figures('reset'), await statusWrites()];
  for (let half = 0; half < minutes * 2; half += 1) {
    await sleep(30_000);
    await operator.metrics();
  }
  const after = await operator.figures('reset');
  tell('in peace: cores', (after.cpuSeconds - before.cpuSeconds) / (minutes * 60), 0.5, 'cores');
  tell('in peace: resident memory', after.residentMB, 250, 'MB');
  tell('peak of resident memory so far', after.peakResidentMB, 250, 'MB');
  tell('in peace: heap', after.heapMB, undefined, 'MB');
  tell('in peace: stalls of the event loop, p99', after.stallP99Milliseconds, 50, 'ms');
  tell('in peace: longest stall', after.stallMaximumMilliseconds, undefined, 'ms');
  tell('in peace: status writes', ((await statusWrites()) - writes) / minutes, 60, 'per minute');
}

/** The API server comes back without its memory of versions: every watch begins with a whole list. */
async function relist(operator: MeasuredOperator, cluster: LoadedCluster): Promise<void> {
  await operator.figures('reset');
  const restart = await crash(cluster.server, 'kube-apiserver');
  restart();
  const isBack = async () => (await cluster.server.kubectl('get', '--raw', '/readyz')).succeeded;
  await secondsUntil(isBack, { limitSeconds: 60 });
  await sleep(60_000);
  await until(operator, allHealthy);
  const figures = await operator.figures('reset');
  tell('relist of everything: longest stall', figures.stallMaximumMilliseconds, 200, 'ms');
  tell('relist of everything: peak of resident memory', figures.peakResidentMB, 250, 'MB');
}

async function outage(operator: MeasuredOperator, cluster: LoadedCluster, fail: () => Promise<void>) {
  tell('the machine before the outage: CPU of a fixed piece of work', yardstick(), undefined, 'ms');
  const before = await operator.figures('reset');
  const told = operator.logged('"ProbeFailed: ', probes);
  const scraping = setInterval(() => void operator.metrics(), SCRAPE_MILLISECONDS);
  await fail();
  const startedAt = Date.now();
  const seconds = (at = Date.now()) => (at - startedAt) / 1000;
  const verdicts = new Map((await told).map(({ probe, time }) => [probe, Date.parse(time)]));
  const { cpuSeconds } = await operator.figures();
  clearInterval(scraping);
  await until(operator, allFailing);
  tell('outage: all verdicts', seconds(Math.max(...verdicts.values())), 2 * INTERVAL_SECONDS, 's');
  tell('outage: CPU until then', ((cpuSeconds - before.cpuSeconds) * 1000) / probes, undefined, 'ms a probe');
  await until(operator, allWritten);
  const figures = await operator.figures('reset');
  tellWrites(cluster.writesSince(new Date(startedAt)), verdicts, seconds);
  tell('outage: cores', (figures.cpuSeconds - before.cpuSeconds) / seconds(), undefined, 'cores');
  tell('outage: stalls of the event loop, p99', figures.stallP99Milliseconds, 50, 'ms');
  tell('outage: longest stall', figures.stallMaximumMilliseconds, undefined, 'ms');
  tell('outage: resident memory', figures.residentMB, 250, 'MB');
  tell('outage: heap', figures.heapMB, undefined, 'MB');
  tell('outage: outside of the heap', figures.outsideHeapMB, undefined, 'MB');
  const collected = await operator.figures('collect');
  tell('outage: heap after a collection', collected.heapMB, undefined, 'MB');
  await events(cluster, seconds);
}

/** When the first status was written of each probe that had its verdict, and how fast all that was written was. */
function tellWrites(
  writes: readonly Write[],
  verdicts: ReadonlyMap<string | undefined, number>,
  seconds: (at: number) => number,
): void {
  const written = new Map<string, number>();
  for (const { at, resource, key } of writes) {
    const isFirst = resource === 'statusprobes' && !written.has(key) && at >= (verdicts.get(key) ?? 0);
    if (isFirst) written.set(key, at);
  }
  if (written.size < probes) throw new Error(`${probes - written.size} statuses were not written`);
  tell('outage: all statuses written', seconds(Math.max(...written.values())), 4 * INTERVAL_SECONDS, 's');
  tell('outage: API writes but Events', writes.length, undefined, 'writes');
  const inFiveSeconds = (from: number) => writes.filter(({ at }) => at >= from && at < from + 5_000).length;
  const fastest = Math.max(...writes.map(({ at }) => inFiveSeconds(at)));
  tell('outage: fastest 5 s of API writes but Events', fastest / 5, 50, 'per second');
}

async function events(cluster: LoadedCluster, seconds: () => number): Promise<void> {
  const list = async () =>
    (await cluster.client.list(EVENTS)).items.filter(({ reason }) => reason === 'ProbeFailed');
  let [last, lastAt, fastest] = [(await list()).length, seconds(), 0];
  await secondsUntil(
    async () => {
      await sleep(10_000);
      const { length } = await list();
      fastest = Math.max(fastest, (length - last) / (seconds() - lastAt));
      const isOver = length === last && length > 0;
      [last, lastAt] = [length, seconds()];
      return isOver;
    },
    { everyMilliseconds: 0 },
  );
  tell('outage: fastest 10 s of Events', fastest, 10, 'per second');
  const told = (await list()).map(({ metadata, note }) =>
    JSON.stringify([metadata.namespace, String(note).replace(/ \(and \d+ more.*/, '')]),
  );
  tell('outage: Events', told.length, undefined, 'Events');
  tell('outage: Events for each cause and namespace', told.length / new Set(told).size, 1, 'Events');
}

console.log(`${probes} StatusProbes, ${size.services} Services, ${size.services * size.podsPerService} Pods`);
const answering = await startAnswering(80, POD_PORT);
const cluster = await startLoadedCluster(size);
try {
  await cluster.addProbes(size);
  const first = await start(cluster.environment);
  await until(first, allHealthy);
  await until(first, allWritten);
  console.log(`the first operator ended with ${await first.stop()}; another one takes over`);
  const operator = await start(cluster.environment);
  if (values.part.includes('peace')) await peace(operator);
  if (values.part.includes('relist')) await relist(operator, cluster);
  if (values.part.includes('outage')) await outage(operator, cluster, () => answering.become('fail'));
  console.log(`the operator ended with ${await operator.stop()}`);
} finally {
  await cluster.stop();
  answering.stop();
}
