// Loaded before the program that is measured; tells its figures when it is asked. Plain JavaScript, so that the
// measured process does not load what strips types.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION = 10;
const MEBIBYTE = 1024 * 1024;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();

/** How much later than asked for a timer came. */
const stall = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);

function figures() {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  const resources = Object.groupBy(process.getActiveResourcesInfo(), (name) => name);
  return {
    cpuSeconds: (user + system) / 1e6,
    residentMB: process.memoryUsage.rss() / MEBIBYTE,
    peakResidentMB: process.resourceUsage().maxRSS / 1024,
    heapMB: heapUsed / MEBIBYTE,
    outsideHeapMB: external / MEBIBYTE,
    stallP99Milliseconds: stall(delay.percentile(99)),
    stallMaximumMilliseconds: stall(delay.max),
    resources: Object.fromEntries(Object.entries(resources).map(([name, { length }]) => [name, length])),
  };
}

process.on('message', (question) => {
  if (question === 'collect') globalThis.gc?.();
  process.send(figures());
  if (question === 'reset') delay.reset();
});
process.channel?.unref();

// Of a program that ends by itself, the last figures.
const { FIGURES_FILE: file } = process.env;
if (file !== undefined) process.on('exit', () => writeFileSync(file, JSON.stringify(figures())));
