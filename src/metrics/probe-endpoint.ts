import type { IncomingMessage, ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import type { Observation } from '../diagnosis/model/observation.ts';
import { LiveGauge } from './live-gauge.ts';
import { CHAIN_INFO, PROBE_METRICS, type ProbeMetric } from './probe-metrics.ts';
import { figuresOf } from './probe-sample.ts';

/** What a request for /probe asks, by blackbox_exporter's parameters. */
export interface AskedProbe {
  readonly target: string;
  readonly module: string;
  /** Host header instead of the target's host. */
  readonly hostname?: string;
  /** What the scrape leaves; absent where nobody says. */
  readonly timeoutMilliseconds?: number;
}

/** Why there is nothing to probe: a status code and one sentence. */
export class ProbeRefused extends Error {
  readonly code: 400 | 403 | 503;

  constructor(code: ProbeRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Probes once. Rejects with ProbeRefused. */
export type AskProbe = (asked: AskedProbe, signal: AbortSignal) => Promise<Observation>;

const DEFAULT_MODULE = 'http_2xx';
/** What the answer needs to reach Prometheus. */
const OFFSET_MILLISECONDS = 500;
const SHORTEST_MILLISECONDS = 100;
const TIMEOUT_HEADER = 'x-prometheus-scrape-timeout-seconds';

/** Beside what blackbox_exporter tells. */
const FAILURE_INFO = {
  name: 'statusprobe_probe_failure_info',
  help: 'Why the probe failed: the phase and the reason',
};

/** Answers `GET /probe?target=…&module=…&hostname=…` with the metrics of a probe that is made for it. */
export function probeEndpoint(ask: AskProbe, { chainInfo }: { readonly chainInfo: boolean }) {
  const metrics = chainInfo ? [...PROBE_METRICS, CHAIN_INFO] : PROBE_METRICS;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const observation = await ask(readAsked(request), gone.signal);
      const registry = registryOf(observation, metrics);
      const why = observation.failure === undefined ? '' : `# ${observation.failure.message}\n`;
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(`${why}${await registry.metrics()}`);
    } catch (error) {
      if (!(error instanceof ProbeRefused)) throw error;
      response.writeHead(error.code, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${error.message}\n`);
    }
  };
}

function readAsked({ url = '/', headers, method }: IncomingMessage): AskedProbe {
  if (method !== 'GET') throw new ProbeRefused(400, 'Ask for /probe by GET.');
  const { searchParams } = new URL(url, 'http://localhost');
  const target = single(searchParams, 'target');
  const hostname = single(searchParams, 'hostname');
  const timeoutMilliseconds = timeoutIn(headers[TIMEOUT_HEADER]);
  if (target === undefined) {
    throw new ProbeRefused(400, 'Parameter target is missing: give the URL to probe.');
  }
  return {
    target: withScheme(target),
    module: single(searchParams, 'module') ?? DEFAULT_MODULE,
    ...(hostname !== undefined && { hostname }),
    ...(timeoutMilliseconds !== undefined && { timeoutMilliseconds }),
  };
}

function single(parameters: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = parameters.getAll(name);
  if (more.length > 0) throw new ProbeRefused(400, `Parameter ${name} is given more than once.`);
  return value === '' ? undefined : value;
}

/** Relabelling encodes a target twice now and then; one without a scheme is plain HTTP, as for blackbox_exporter. */
function withScheme(target: string): string {
  const plain = /^https?%3a/i.test(target) ? decoded(target) : target;
  return plain.includes('://') ? plain : `http://${plain}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ProbeRefused(400, 'Parameter target is not encoded as a URL parameter is.');
  }
}

function timeoutIn(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = Number(header) * 1000;
  if (!(milliseconds > 0))
    throw new ProbeRefused(400, `Header ${TIMEOUT_HEADER} is not a number of seconds.`);
  return Math.max(milliseconds - OFFSET_MILLISECONDS, SHORTEST_MILLISECONDS);
}

function registryOf(observation: Observation, metrics: readonly ProbeMetric[]): Registry {
  const registry = new Registry();
  const figures = figuresOf(observation);
  for (const { name, help, series } of metrics) new LiveGauge(registry, name, help, () => series(figures));
  const { failure } = observation;
  if (failure !== undefined) {
    const { phase, reason } = failure;
    const { name, help } = FAILURE_INFO;
    new LiveGauge(registry, name, help, () => [{ labels: { phase, reason }, value: 1 }]);
  }
  return registry;
}
