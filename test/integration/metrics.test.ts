import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KINDS } from '../../src/evidence/cluster/kinds.ts';
import { createTargetedReader } from '../../src/evidence/cluster/targeted.ts';
import { openCluster } from '../../src/wiring/opened-cluster.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { goSource, jsonNames } from '../support/go-types.ts';
import { isLeftOut } from '../support/left-out.ts';
import { metricsRegistration, type ServedPodMetrics, startMetricsServer } from '../support/metrics-server.ts';

const SHOP: ServedPodMetrics = {
  metadata: { name: 'shop-1', namespace: 'default' },
  timestamp: '2026-01-01T00:00:00Z',
  window: '15.063s',
  containers: [{ name: 'app', usage: { cpu: '498123456n', memory: '92160Ki' } }],
};

const isSkipped = isLeftOut('metrics of Pods through a real API server', whyNoApiServer());

describe.skipIf(isSkipped)('metrics of Pods through a real API server', () => {
  let server: ApiServer;
  let metrics: Awaited<ReturnType<typeof startMetricsServer>>;

  /** A look as the operator takes it. */
  async function look(name: string, kubeconfig = server.kubeconfigPath) {
    const { client, close } = await openCluster({ kubeconfig }, 'test');
    const looked = await createTargetedReader(client).get('PodMetrics', { namespace: 'default', name });
    close();
    return looked;
  }

  beforeAll(async () => {
    [server, metrics] = await Promise.all([startApiServer(), startMetricsServer([SHOP])]);
  });

  afterAll(async () => {
    await Promise.all([server?.stop(), metrics?.stop()]);
  });

  it('are not installed before they are registered', async () => {
    expect(await look('shop-1')).toEqual({
      ok: false,
      reason: 'NotInstalled',
      message: 'The cluster does not know pods of metrics.k8s.io',
    });
  });

  it('are read as the stand-in serves them, which is as kubectl understands them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'statusprobe-metrics-'));
    const file = join(directory, 'registration.json');
    const items = metricsRegistration(metrics.port);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect(await server.kubectl('create', 'namespace', 'kube-system')).toBeDefined();
    expect(await server.kubectl('apply', '-f', file)).toMatchObject({ succeeded: true });
    rmSync(directory, { recursive: true });

    await vi.waitFor(
      async () => {
        const { stdout } = await server.kubectl('top', 'pod', '--containers', '--no-headers');
        expect(stdout.trim().split(/\s+/)).toEqual(['shop-1', 'app', '499m', '90Mi']);
      },
      { timeout: 60_000, interval: 250 },
    );
    const { window, ...kept } = SHOP;
    expect(await look('shop-1')).toEqual({
      ok: true,
      value: { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', ...kept },
    });
  }, 90_000);

  it('of a Pod that was not measured yet are absent', async () => {
    expect(await look('shop-2')).toEqual({ ok: true, value: undefined });
  });

  it('may be forbidden', async () => {
    expect(await look('shop-1', server.unprivilegedKubeconfigPath)).toEqual({
      ok: false,
      reason: 'Forbidden',
      message: 'Forbidden: may not get pods.metrics.k8s.io shop-1 in namespace default',
    });
  });

  it('are neither absent nor not installed when nobody answers for them', async () => {
    await metrics.stop();
    expect(await look('shop-1')).toMatchObject({ ok: false, reason: 'Failed' });
  });

  it('have the fields of the types of Kubernetes, in what is served and in what is read', () => {
    const source = goSource('k8s.io/metrics', 'pkg/apis/metrics/v1beta1/types.go');
    const [container = {}] = SHOP.containers;
    expect(jsonNames(source, 'PodMetrics')).toEqual(Object.keys(SHOP));
    expect(jsonNames(source, 'ContainerMetrics')).toEqual(Object.keys(container));
    const read = KINDS.PodMetrics.project({ ...SHOP, ...{ usage: {} } });
    expect(jsonNames(source, 'PodMetrics')).toEqual(
      expect.arrayContaining(Object.keys(read).filter((field) => field !== 'kind')),
    );
  });
});
