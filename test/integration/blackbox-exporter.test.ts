import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { probeEndpoint } from '../../src/metrics/probe-endpoint.ts';
import { ProbeSeries } from '../../src/metrics/probe-series.ts';
import { type Listening, serveMetrics } from '../../src/metrics/server.ts';
import { isLeftOut } from '../support/left-out.ts';
import { probeLoopback } from '../support/probe-loopback.ts';
import {
  installPrometheus,
  type LoopbackProgram,
  query,
  startPrometheus,
  whyNoPrometheus,
} from '../support/prometheus.ts';
import { scrapeConfiguration } from '../support/shipped-monitoring.ts';
import { createAuthority, inDays, type TestAuthority } from '../support/test-certificates.ts';

/** What the dashboard 7587 of grafana.com asks; it takes its targets from the label instance. */
const DASHBOARD = [
  'probe_duration_seconds{instance=~"$target"}',
  'probe_success{instance=~"$target"}',
  'probe_http_duration_seconds{instance=~"$target"}',
  'sum(probe_http_duration_seconds{instance=~"$target"}) by (instance)',
  'probe_http_status_code{instance=~"$target"}',
  'probe_http_version{instance=~"$target"}',
  'probe_http_ssl{instance=~"$target"}',
  'probe_ssl_earliest_cert_expiry{instance=~"$target"} - time()',
  'probe_tls_version_info{instance=~"$target"}',
  'avg(probe_duration_seconds{instance=~"$target"})',
  'avg(probe_dns_lookup_time_seconds{instance=~"$target"})',
];

/** The usual alerts on blackbox_exporter, and for which of the targets they fire. */
const ALERTS: Readonly<Record<string, readonly string[]>> = {
  'probe_success == 0': ['broken', 'dead'],
  'avg_over_time(probe_duration_seconds[1m]) > 5': [],
  'avg_over_time(probe_http_duration_seconds[1m]) > 5': [],
  'probe_http_status_code <= 199 OR probe_http_status_code >= 400': ['broken', 'dead'],
  '0 <= round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 20': ['secure'],
  'round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 0': [],
};

const NAMES = ['broken', 'dead', 'secure'] as const;
const isSkipped = isLeftOut('what is made for blackbox_exporter, on a real Prometheus', whyNoPrometheus());

describe.skipIf(isSkipped)(
  'what is made for blackbox_exporter, on a real Prometheus',
  { timeout: 60_000 },
  () => {
    const servers: Server[] = [];
    let authority: TestAuthority;
    let metrics: Listening;
    let prometheus: LoopbackProgram;
    let targets: Readonly<Record<(typeof NAMES)[number], string>>;

    const started = async (server: Server): Promise<string> => {
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    const probeOnce = (target: string) => probeLoopback(target, { tls: { ca: authority.pem } });

    beforeAll(async () => {
      installPrometheus();
      authority = await createAuthority();
      const dead = createServer();
      targets = {
        broken: `http://${await started(createServer((_, response) => response.writeHead(500).end('no')))}/`,
        secure: `https://${await started(createSecureServer(await authority.issue(['127.0.0.1'], { notAfter: inDays(7) }), (_, response) => response.end('yes')))}/`,
        dead: `http://${await started(dead)}/`,
      };
      await new Promise((resolve) => dead.close(resolve));
      const registry = new Registry();
      const series = new ProbeSeries(registry, { chainInfo: true });
      for (const name of NAMES) series.seen({ namespace: 'shop', name }, {}, await probeOnce(targets[name]));
      metrics = await serveMetrics(
        registry,
        0,
        probeEndpoint(({ target }) => probeOnce(target), { chainInfo: true }),
      );
      const address = `127.0.0.1:${metrics.port}`;
      prometheus = await startPrometheus({
        scrape_configs: [scrapeConfiguration(address), probeConfiguration(address)],
      });
      await vi.waitFor(
        async () => expect(await query(prometheus, 'probe_success')).toHaveLength(2 * NAMES.length),
        { timeout: 30_000, interval: 200 },
      );
    }, 300_000);

    afterAll(async () => {
      await prometheus?.stop();
      await metrics?.close();
      for (const server of servers) server.close();
    });

    /** As prometheus-operator draws a Probe up. */
    const probeConfiguration = (address: string): object => ({
      job_name: 'probe',
      metrics_path: '/probe',
      params: { module: ['http_2xx'] },
      scrape_interval: '1s',
      scrape_timeout: '1s',
      static_configs: NAMES.map((name) => ({
        targets: [targets[name]],
        labels: { namespace: 'shop', name },
      })),
      relabel_configs: [
        { source_labels: ['__address__'], target_label: '__param_target' },
        { source_labels: ['__param_target'], target_label: 'instance' },
        { target_label: '__address__', replacement: address },
      ],
    });

    it.each(['statusprobe', 'probe'])(
      'the dashboard shows every target as an instance: job %s',
      async (job) => {
        const instances =
          job === 'probe' ? NAMES.map((name) => targets[name]) : NAMES.map((name) => `shop/${name}`);
        const success = await query(prometheus, `probe_success{job="${job}"}`);
        expect(success.map(({ metric }) => metric.instance).sort()).toEqual([...instances].sort());
        for (const expression of DASHBOARD) {
          const result = await query(prometheus, expression.replace('"$target"', `".+",job="${job}"`));
          expect([expression, result.length > 0]).toEqual([expression, true]);
        }
      },
    );

    it.each(Object.entries(ALERTS))(
      'the alert %s fires for those that it means',
      async (expression, names) => {
        const firing = await query(prometheus, expression);
        const told = firing.map(({ metric }) => `${metric.job} ${metric.name}`);
        expect(told.sort()).toEqual(
          ['probe', 'statusprobe'].flatMap((job) => names.map((name) => `${job} ${name}`)),
        );
      },
    );

    it('why a target has failed is a series of its own with /probe', async () => {
      const why = await query(prometheus, 'statusprobe_probe_failure_info');
      expect(why.map(({ metric: { name, phase, reason } }) => `${name} ${phase} ${reason}`).sort()).toEqual([
        'broken Assert UnexpectedStatus',
        'dead Connect ConnectionRefused',
      ]);
    });
  },
);
