import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { type Client, createClient } from '../kubernetes/client.ts';
import { createTransport, type Transport } from '../kubernetes/transport.ts';
import { OperatorMetrics } from '../metrics/operator-metrics.ts';
import { ProbeSeries } from '../metrics/probe-series.ts';
import { clusterAccess } from './cluster-access.ts';
import { refuse } from './refuse.ts';
import { readSettings, type Settings } from './settings.ts';

/** What all parts of the operator stand on. */
export interface Foundations extends Settings {
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  readonly transport: Transport;
  readonly client: Client;
  readonly apiServerHosts: readonly string[];
  readonly registry: Registry;
  readonly metrics: OperatorMetrics;
  readonly series: ProbeSeries;
}

/** Reads settings and credentials. Throws UsageError with one sentence where they are of no use. */
export async function layFoundations(config: Config, version: string, log: Logger): Promise<Foundations> {
  const settings = await readSettings(config);
  const { read } = await clusterAccess(config).catch(refuse);
  const { server } = await read(false).catch(refuse);
  const { hostname } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const registry = new Registry();
  const metrics = new OperatorMetrics(registry, version);
  const series = new ProbeSeries(registry, { chainInfo: config.chainInfo });
  const transport = createTransport(read, {
    userAgent: `statusprobe/${version}`,
    requestsPerSecond: 100,
    burst: 200,
    observe: (observation) => metrics.called(observation),
  });
  const client = createClient(transport);
  const apiServerHosts = isIP(host) === 0 ? [] : [host];
  return { config, version, log, ...settings, transport, client, apiServerHosts, registry, metrics, series };
}
