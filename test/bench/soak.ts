// Whether the operator keeps its level while Pods are replaced and StatusProbes come and go.
// test/bench/isolated.sh node test/bench/soak.ts [--minutes 20] [--services 100]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { STATUS_PROBES } from '../../src/operator/stored-probe.ts';
import { secondsUntil, tell } from './load/figures.ts';
import { startLoadedCluster } from './load/loaded-cluster.ts';
import { startAnswering, startMeasuredOperator } from './load/measured.ts';
import { applicationsOf, POD_PORT, probeOf, type Size } from './load/objects.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    services: { type: 'string', default: '100' },
  },
});
const minutes = Number(values.minutes);
const warmUpMinutes = Math.min(5, minutes / 4);
const size: Size = {
  services: Number(values.services),
  podsPerService: 10,
  probesPerService: 5,
  interval: '5s',
};
const applications = applicationsOf(size);
const answering = await startAnswering(80, POD_PORT);
const cluster = await startLoadedCluster(size);
const operator = await startMeasuredOperator(cluster.environment, { flags: ['--expose-gc'] });

/** A Pod is replaced, a StatusProbe comes and another one goes; everything fails for a while in each second minute. */
async function churn(step: number): Promise<void> {
  const application = applications[step % applications.length];
  if (application === undefined) return;
  await cluster.replacePod(application, step % size.podsPerService, size);
  const { metadata } = probeOf(application, 0, size);
  const { namespace = '', name = '' } = metadata;
  await cluster.client.delete(STATUS_PROBES, { namespace, name });
  await cluster.client.create(STATUS_PROBES, probeOf(application, 0, size));
  if (step % 120 === 60) await answering.become('fail');
  if (step % 120 === 90) await answering.become('work');
}

async function churnFor(duration: number): Promise<number> {
  const end = performance.now() + duration * 60_000;
  let step = 0;
  for (; performance.now() < end; step += 1) {
    await churn(step);
    await sleep(1000);
  }
  await answering.become('work');
  return step;
}

/** The level, when the last failure is over. */
async function level() {
  const probes = size.services * size.probesPerService;
  const healthy = async () =>
    (await operator.metrics()).sum('statusprobe_verdict_info', 'reason="Healthy"') >= probes;
  await secondsUntil(healthy, { everyMilliseconds: 2000 });
  await sleep(35_000);
  return operator.figures('collect');
}

try {
  await secondsUntil(operator.isReady, { everyMilliseconds: 100 });
  await cluster.addProbes(size);
  await churnFor(warmUpMinutes);
  const before = await level();
  const steps = await churnFor(minutes - warmUpMinutes);
  const after = await level();
  console.log(`${steps} Pods replaced, as many StatusProbes deleted and made anew`);
  tell('heap after warm-up', before.heapMB, undefined, 'MB');
  tell('heap at the end', after.heapMB, before.heapMB * 1.1, 'MB');
  tell('resident memory after warm-up', before.residentMB, undefined, 'MB');
  tell('resident memory at the end', after.residentMB, before.residentMB * 1.1, 'MB');
  for (const kind of ['TCPSocketWrap', 'TLSWrap', 'Timeout'])
    tell(`${kind} at the end`, after.resources[kind] ?? 0, (before.resources[kind] ?? 0) * 1.1 + 10, 'alive');
  console.log(`the operator ended with ${await operator.stop()}`);
} finally {
  await cluster.stop();
  answering.stop();
}
