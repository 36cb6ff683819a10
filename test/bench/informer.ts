// What all Pods of a cluster take when they are kept in memory, beside client-node's informer in the same run.
// test/bench/isolated.sh node test/bench/informer.ts [--services 1000]
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tell } from './load/figures.ts';
import { startLoadedCluster } from './load/loaded-cluster.ts';
import { startMeasured } from './load/measured.ts';

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const size = { services: Number(values.services), podsPerService: 10, probesPerService: 0, interval: '30s' };
const cluster = await startLoadedCluster(size);

async function measure(file: string, ...args: readonly string[]) {
  const path = fileURLToPath(new URL(`load/${file}`, import.meta.url));
  const { environment } = cluster;
  const measured = startMeasured([path, ...args], { environment });
  const [pods] = await once(measured.child.stdout as NodeJS.ReadableStream, 'data');
  const figures = await measured.figures();
  await measured.stop();
  return { ...figures, pods: Number(pods) };
}

try {
  const theirs = await measure('client-node-informer.mjs', cluster.server.kubeconfigPath);
  const ours = await measure('own-reflector.mjs');
  console.log(`${ours.pods} Pods; client-node has ${theirs.pods}`);
  tell('peak of resident memory', ours.peakResidentMB, undefined, 'MB');
  tell("peak of resident memory of client-node's informer", theirs.peakResidentMB, undefined, 'MB');
  tell('ratio of memory', ours.peakResidentMB / theirs.peakResidentMB, 0.4, 'x');
  tell('CPU', ours.cpuSeconds, undefined, 's');
  tell("CPU of client-node's informer", theirs.cpuSeconds, undefined, 's');
  tell('ratio of CPU', ours.cpuSeconds / theirs.cpuSeconds, 0.5, 'x');
  tell('longest stall', ours.stallMaximumMilliseconds, 200, 'ms');
  tell("longest stall of client-node's informer", theirs.stallMaximumMilliseconds, undefined, 'ms');
} finally {
  await cluster.stop();
}
