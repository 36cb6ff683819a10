// What all Pods of a cluster take when they are kept in memory, beside client-node's informer in the same run.
// test/bench/isolated.sh node test/bench/informer.ts [--services 1000]
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tell } from './load/figures.ts';
import { startLoadedCluster } from './load/loaded-cluster.ts';
import { ENVIRONMENT, FLAGS, startMeasured } from './load/measured.ts';

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const ROUNDS = 3;
const size = { services: Number(values.services), podsPerService: 10, probesPerService: 0, interval: '30s' };
const cluster = await startLoadedCluster(size);

/** As the operator's process is set, but for the limit of its heap, in which client-node's informer has no room. */
async function measure(file: string, ...args: readonly string[]) {
  const path = fileURLToPath(new URL(`load/${file}`, import.meta.url));
  const environment = { ...ENVIRONMENT, ...cluster.environment };
  const measured = startMeasured([path, ...args], { environment, flags: FLAGS });
  const [pods] = await once(measured.child.stdout as NodeJS.ReadableStream, 'data');
  const figures = await measured.figures();
  await measured.stop();
  console.log(`${file}: ${pods.toString().trim()} Pods, ${figures.cpuSeconds.toFixed(2)} s of CPU`);
  return figures;
}

type Measured = Awaited<ReturnType<typeof measure>>;
const worst = (rounds: readonly Measured[], figure: keyof Omit<Measured, 'resources'>): number =>
  Math.max(...rounds.map((each) => each[figure]));
const cpuSeconds = (rounds: readonly Measured[]): number =>
  rounds.reduce((sum, each) => sum + each.cpuSeconds, 0);

try {
  const [theirs, ours]: [Measured[], Measured[]] = [[], []];
  // By turns, since a machine is not always equally fast.
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await measure('client-node-informer.mjs', cluster.server.kubeconfigPath));
    ours.push(await measure('own-reflector.mjs'));
  }
  const [peak, theirPeak] = [worst(ours, 'peakResidentMB'), worst(theirs, 'peakResidentMB')];
  tell('peak of resident memory', peak, undefined, 'MB');
  tell("peak of resident memory of client-node's informer", theirPeak, undefined, 'MB');
  tell('ratio of memory', peak / theirPeak, 0.4, 'x');
  tell('ratio of CPU', cpuSeconds(ours) / cpuSeconds(theirs), 0.5, 'x');
  tell('longest stall', worst(ours, 'stallMaximumMilliseconds'), 200, 'ms');
  tell("longest stall of client-node's informer", worst(theirs, 'stallMaximumMilliseconds'), undefined, 'ms');
} finally {
  await cluster.stop();
}
