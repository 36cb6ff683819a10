import { createServer } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveGauge } from './live-gauge.ts';
import { OperatorMetrics } from './operator-metrics.ts';
import { type Listening, type Readiness, serveHealth, serveMetrics } from './server.ts';

async function get(server: Listening, path: string) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { code: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

function closing(server: Listening): Listening {
  onTestFinished(() => server.close());
  return server;
}

describe('/metrics', () => {
  it('is all of the registry, in the text format', async () => {
    const registry = new Registry();
    new Counter({ name: 'a_total', help: 'A', registers: [registry] }).inc(2);
    new Counter({ name: 'b_total', help: 'B', registers: [registry] }).inc(3);
    const server = closing(await serveMetrics(registry, 0));
    const { code, type, text } = await get(server, '/metrics');
    expect([code, type]).toEqual([200, registry.contentType]);
    expect(text).toBe(
      '# HELP a_total A\n# TYPE a_total counter\na_total 2\n# HELP b_total B\n# TYPE b_total counter\nb_total 3\n',
    );
    expect((await get(server, '/')).code).toBe(404);
  });

  it('tells of thousands of live series what the registry tells of them', async () => {
    const registry = new Registry();
    const names = Array.from({ length: 1500 }, (_, index) => `a "name"\\with\nall ${index}`);
    const values = [0.5, 1e21, -3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    new LiveGauge(registry, 'live', 'Live', () =>
      names.map((name, index) => ({ labels: { name, other: '' }, value: values[index % 5] ?? 0 })),
    );
    new LiveGauge(registry, 'bare', 'Without labels', () => [{ labels: {}, value: 1 }]);
    new LiveGauge(registry, 'none', 'Without series', () => []);
    const server = closing(await serveMetrics(registry, 0));
    const { text } = await get(server, '/metrics');
    expect(text).toBe((await registry.metrics()).replaceAll('\n\n', '\n'));
  });
});

describe('health', () => {
  it('tells alive from ready, and why it is not', async () => {
    let readiness: Readiness = { ready: false, why: 'The caches are being filled: pods.' };
    const server = closing(await serveHealth(() => readiness, 0));
    expect(await get(server, '/healthz')).toMatchObject({ code: 200, text: 'ok\n' });
    expect(await get(server, '/readyz')).toMatchObject({
      code: 503,
      text: 'The caches are being filled: pods.\n',
    });
    readiness = { ready: true };
    expect(await get(server, '/readyz')).toMatchObject({ code: 200, text: 'ok\n' });
    expect((await get(server, '/metrics')).code).toBe(404);
  });
});

it('a port that is taken is one sentence', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  await expect(serveMetrics(new Registry(), port)).rejects.toThrow(`Port ${port} cannot be used: `);
});

it('the operator tells of itself under the names of controller-runtime', async () => {
  const registry = new Registry();
  const metrics = new OperatorMetrics(registry, '1.2.3');
  const queue = metrics.queue('probes', () => ({ depth: 3, running: [500, 1500] }));
  queue({ type: 'added' });
  queue({ type: 'retried' });
  queue({ type: 'started', queuedMilliseconds: 20 });
  queue({ type: 'finished', milliseconds: 200 });
  metrics.lease('pod-1', () => true);
  metrics.called({ verb: 'list', method: 'GET', host: 'api:443', code: '200', durationMilliseconds: 30 });
  metrics.inconclusive('pod-logs', 'Forbidden');
  metrics.checked('pod-logs', 40);
  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'statusprobe_build_info{version="1.2.3"} 1',
      'workqueue_depth{name="probes",controller="probes"} 3',
      'workqueue_adds_total{name="probes",controller="probes"} 1',
      'workqueue_retries_total{name="probes",controller="probes"} 1',
      'workqueue_queue_duration_seconds_sum{name="probes",controller="probes"} 0.02',
      'workqueue_work_duration_seconds_sum{name="probes",controller="probes"} 0.2',
      'workqueue_unfinished_work_seconds{name="probes",controller="probes"} 2',
      'workqueue_longest_running_processor_seconds{name="probes",controller="probes"} 1.5',
      'leader_election_master_status{name="pod-1"} 1',
      'rest_client_requests_total{code="200",method="GET",host="api:443"} 1',
      'rest_client_request_duration_seconds_sum{verb="list",host="api:443"} 0.03',
      'statusprobe_checks_inconclusive_total{check="pod-logs",reason="Forbidden"} 1',
      'statusprobe_check_duration_seconds_sum{check="pod-logs"} 0.04',
    ]),
  );
});
