import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from '../config.ts';
import { type AskProbe, ProbeRefused, probeEndpoint } from '../metrics/probe-endpoint.ts';
import { type Readiness, serveHealth, serveMetrics } from '../metrics/server.ts';
import { whyUnfitSchema } from '../operator/schema-version.ts';
import type { WebServer } from '../web/server.ts';
import { type Foundations, layFoundations } from './foundations.ts';
import { switchLevelBySignal } from './log-level.ts';
import { createOperator, type Operator } from './operator.ts';
import { serveOperatorPage } from './operator-page.ts';
import { refuse } from './refuse.ts';

const LOOK_AGAIN_MILLISECONDS = 2_000;
const SYNC_LOOK_MILLISECONDS = 50;
/** In an outage lines come by the hundred a second: they are written together, and none later than after this time. */
const LOG_BYTES_AT_ONCE = 4096;
const LOG_MILLISECONDS = 100;

/** `statusprobe run`: works until it is told to stop. */
export async function run(config: Config, version: string): Promise<void> {
  const options = { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  // Whoever reads the log slowly must not hold up the event loop; what waits is written at the exit.
  const together = { minLength: LOG_BYTES_AT_ONCE, periodicFlush: LOG_MILLISECONDS };
  const log = pino(options, pino.destination({ dest: 1, sync: false, ...together }));
  switchLevelBySignal(log);
  const foundations = await layFoundations(config, version, log);
  const stopping = stopSignal();
  let readiness: Readiness = { ready: false, why: 'The operator is starting.' };
  let operator: Operator | undefined;
  let page: WebServer | undefined;
  const probeOnce: AskProbe = async (asked, signal) => {
    if (!readiness.ready || operator === undefined) throw new ProbeRefused(503, 'The operator is starting.');
    return operator.probeOnce(asked, signal);
  };
  const endpoint = config.probeEndpoint ? probeEndpoint(probeOnce, config) : undefined;
  const servers = await Promise.all([
    serveMetrics(foundations.registry, config.metricsPort, endpoint),
    serveHealth(() => readiness, config.healthPort),
  ]).catch(refuse);
  const [metricsPort, healthPort] = servers.map(({ port }) => port);
  const { instance, namespace = 'all' } = config;
  log.info({ version, instance, namespace, metricsPort, healthPort }, 'statusprobe starts');
  const wait: Wait = (why, level = 'warn') => {
    if (!readiness.ready && readiness.why !== why) log[level](why);
    readiness = { ready: false, why };
  };
  try {
    await fitSchema(foundations, wait, stopping);
    operator = createOperator(foundations);
    await synced(operator, wait, stopping);
    page = await serveOperatorPage(foundations, operator.probes);
    operator.start();
    readiness = { ready: true };
    log.info('All caches are filled; probing begins');
    await aborted(stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  log.info('statusprobe stops');
  await page?.close();
  await operator?.stop();
  await Promise.all(servers.map((server) => server.close()));
}

/** Aborts with the first signal; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

type Wait = (why: string, level?: 'info' | 'warn') => void;

/** Waits until the cluster has the CRD that this release needs. */
async function fitSchema({ client }: Foundations, wait: Wait, signal: AbortSignal): Promise<void> {
  for (;;) {
    const why = await whyUnfitSchema(client, signal);
    if (why === undefined) return;
    wait(why);
    await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal });
  }
}

async function synced(operator: Operator, wait: Wait, signal: AbortSignal): Promise<void> {
  for (let missing = operator.unsynced(); missing.length > 0; missing = operator.unsynced()) {
    wait(`The caches are being filled: ${missing.join(', ')}.`, 'info');
    await sleep(SYNC_LOOK_MILLISECONDS, undefined, { signal });
  }
}
