import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import { CHART, createHelm, manifestsIn, whyNoHelm } from '../support/helm.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';
import { check, installPrometheus, query, whyNoPrometheus } from '../support/prometheus.ts';
import {
  failuresToldTo,
  type Monitoring,
  readShipped,
  type ScrapeConfiguration,
  shippedPath,
  startMonitoring,
} from '../support/shipped-monitoring.ts';

const isSkipped = isLeftOut('a real Prometheus and Alertmanager', whyNoApiServer() ?? whyNoPrometheus());

const MINUTE = 60_000;
interface Rules {
  readonly groups: readonly { readonly rules: readonly { alert: string; expr: string }[] }[];
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

const dashboard = JSON.parse(
  readFileSync(shippedPath('deploy/dashboards/statusprobe.json'), 'utf8'),
) as Dashboard;
const RULE_FILES = ['deploy/alerts/rules.yaml', 'deploy/kube-state-metrics/rules.yaml'];

describe('the dashboard', () => {
  it('is what Grafana loads: panels with ids of their own that lie side by side, on one data source', () => {
    const { uid, schemaVersion, panels, templating } = dashboard;
    expect([uid, schemaVersion]).toEqual(['statusprobe', 39]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const drawn = panels.filter(({ type }) => type !== 'row');
    for (const { title, targets = [], datasource } of drawn) {
      expect([title, datasource?.uid]).toEqual([title, ['$', '{datasource}'].join('')]);
      expect(targets.every(({ refId, expr }) => refId !== '' && expr !== '')).toBe(true);
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    const used = new Set(JSON.stringify(panels).match(/\$(namespace|name|datasource)\b/g));
    expect(used).toEqual(new Set(['$namespace', '$name']));
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'namespace', 'name']);
  });
});

describe('docs/alerting.md', () => {
  it('has every alert', () => {
    const { groups } = readShipped<Rules>('deploy/alerts/rules.yaml');
    const docs = readFileSync(shippedPath('docs/alerting.md'), 'utf8');
    const named = new Set([...docs.matchAll(/`(StatusProbe[A-Z]\w+)`/g)].map(([, alert]) => alert));
    expect(named).toEqual(new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))));
  });
});

describe('scrape configurations', () => {
  it('say the same for Prometheus and for its operator', () => {
    const [{ metric_relabel_configs: plain }] = readShipped<ScrapeConfiguration>(
      'deploy/scrape/prometheus.yaml',
    ).scrape_configs;
    const camel = plain.map((relabeling) =>
      Object.fromEntries(
        Object.entries(relabeling).map(([key, value]) => [
          key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
          value,
        ]),
      ),
    );
    const { spec: serviceMonitor } = readShipped<{ spec: { endpoints: readonly object[] } }>(
      'deploy/scrape/service-monitor.yaml',
    );
    const { spec: podMonitor } = readShipped<{ spec: { podMetricsEndpoints: readonly object[] } }>(
      'deploy/scrape/pod-monitor.yaml',
    );
    expect(serviceMonitor.endpoints).toMatchObject([{ honorLabels: true, metricRelabelings: camel }]);
    expect(podMonitor.podMetricsEndpoints).toEqual(serviceMonitor.endpoints);
  });
});

describe.skipIf(isSkipped)('a real Prometheus and Alertmanager', { timeout: MINUTE }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'statusprobe-alerting-'));
  let server: ApiServer;
  let target: Server;
  let operator: OperatorProcess;
  let port: unknown;
  let monitoring: Monitoring;

  beforeAll(async () => {
    installPrometheus();
    server = await startApiServer();
    await kubectl('apply', '-f', shippedPath('crds/statusprobes.yaml'));
    await vi.waitFor(() => kubectl('get', 'statusprobes', '-A'), { timeout: 30_000, interval: 200 });
    await kubectl('create', 'namespace', 'shop');
    await kubectl('create', 'namespace', 'statusprobe-system');
    await createProbes();
    const policy = join(directory, 'policy.yaml');
    writeFileSync(policy, stringify({ rules: [{ allowCIDRs: ['127.0.0.0/8'] }] }));
    operator = await startOperator(
      '--kubeconfig',
      server.kubeconfigPath,
      '--policy',
      policy,
      '--probe-endpoint',
    );
    port = operator.log.find(({ metricsPort }) => metricsPort !== undefined)?.metricsPort;
    monitoring = await startMonitoring(`127.0.0.1:${port}`, RULE_FILES.map(shippedPath));
    await scraped();
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.all([monitoring?.stop(), operator?.stop()]);
    target?.close();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function scraped(): Promise<void> {
    await vi.waitFor(
      async () => {
        const response = await fetch(`${monitoring.prometheus.origin}/api/v1/targets`);
        const { data } = (await response.json()) as {
          data: { activeTargets: readonly { health: string; lastError: string }[] };
        };
        expect(data.activeTargets).toMatchObject([{ health: 'up', lastError: '' }]);
      },
      { timeout: 15_000, interval: 200 },
    );
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { succeeded, stdout, stderr } = await server.kubectl(...args);
    if (!succeeded) throw new Error(stderr);
    return stdout;
  }

  /** A healthy one; one whose Service is missing, one whose process crashes and one of which nobody knows more: all for an hour. */
  async function createProbes(): Promise<void> {
    target = createServer((request, response) => {
      response.writeHead(request.url === '/healthy' ? 200 : 500).end('answer');
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    await createCrashingApplication('cart');
    await create('healthy', { url: `http://127.0.0.1:${port}/healthy` });
    await create('orders', { serviceRef: { name: 'orders', port: 80 } });
    await create('cart', { serviceRef: { name: 'cart', port: 80 } });
    await create('unclear', { url: `http://127.0.0.1:${port}/unclear` });
    for (const name of ['orders', 'cart', 'unclear']) await failSinceAnHour(name);
  }

  /** A Service and its Pod, whose status says what a kubelet would say; nothing runs here. */
  async function createCrashingApplication(name: string): Promise<void> {
    const labels = { app: name };
    const metadata = { namespace: 'shop', name, labels };
    const containers = [{ name: 'app', image: 'example/cart:1', ports: [{ containerPort: 8080 }] }];
    await apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'default' } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
      },
      { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, nodeName: 'node' } },
    );
    const container = {
      name: 'app',
      image: 'example/cart:1',
      imageID: '',
      ready: false,
      restartCount: 7,
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
      },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    };
    const ready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady' };
    await patchStatus('pod', name, { phase: 'Running', conditions: [ready], containerStatuses: [container] });
  }

  async function apply(...objects: readonly object[]): Promise<void> {
    const file = join(directory, 'objects.yaml');
    writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
    await kubectl('apply', '-f', file);
  }

  const create = (name: string, target: object): Promise<void> =>
    apply({
      apiVersion: 'statusprobe.dev/v1alpha1',
      kind: 'StatusProbe',
      metadata: { namespace: 'shop', name },
      spec: { interval: '1s', timeout: '1s', target },
    });

  async function patchStatus(kind: string, name: string, status: object): Promise<void> {
    const patch = JSON.stringify({ status });
    await kubectl(
      '-n',
      'shop',
      'patch',
      kind,
      name,
      '--subresource=status',
      '--type=merge',
      '--patch',
      patch,
    );
  }

  /** As an operator leaves it that stops in the midst of a failure: the next one goes on counting. */
  async function failSinceAnHour(name: string): Promise<void> {
    const failingSince = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
    const healthy = {
      type: 'Healthy',
      status: 'False',
      reason: 'NoAnswer',
      message: 'It fails',
      observedGeneration: 1,
      lastTransitionTime: failingSince,
    };
    const status = { observedGeneration: 1, failingSince, consecutiveFailures: 1, conditions: [healthy] };
    await patchStatus('statusprobe', name, status);
  }

  it('each team is told of what it has to mend, with the verdict in the text', async () => {
    await vi.waitFor(
      () => {
        expect(failuresToldTo(monitoring.devops)).toEqual({
          orders: 'DevOps Service ServiceNotFound',
          unclear: 'Unknown Unknown CauseUnknown',
        });
        expect(failuresToldTo(monitoring.developers)).toEqual({
          cart: 'Developer Pod CrashLoop',
          unclear: 'Unknown Unknown CauseUnknown',
        });
      },
      { timeout: 30_000, interval: 200 },
    );
    const alert = monitoring.devops.alerts.find(({ labels }) => labels.name === 'orders');
    expect(alert).toMatchObject({
      status: 'firing',
      annotations: {
        summary: 'shop/orders: ServiceNotFound, for DevOps to mend',
        description: expect.stringMatching(
          /failing for 1h .* The cause is ServiceNotFound in layer Service; owner: DevOps\./,
        ),
        runbook_url: 'docs/runbooks/ServiceNotFound.md',
      },
    });
  });

  it('series keep the namespace of their StatusProbe, have it as instance, and name no replica', async () => {
    const [success] = await query(monitoring.prometheus, 'probe_success{name="healthy"}');
    expect(success).toMatchObject({ value: [expect.any(Number), '1'] });
    const job = 'statusprobe';
    expect(success?.metric).toEqual({
      ...{ __name__: 'probe_success', job, namespace: 'shop', name: 'healthy', instance: 'shop/healthy' },
    });
    const [build] = await query(monitoring.prometheus, 'statusprobe_build_info');
    expect(build?.metric.instance).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await query(monitoring.prometheus, '{exported_namespace!=""}')).toEqual([]);
    expect(await query(monitoring.prometheus, 'count by (instance) ({__name__=~"probe_.+"})')).toHaveLength(
      4,
    );
  });

  it('/probe is there where the flag says so, behind the guard', async () => {
    const ask = async (target: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/probe?${new URLSearchParams({ target })}`);
      return `${response.status} ${await response.text()}`;
    };
    const healthy = `http://127.0.0.1:${(target.address() as AddressInfo).port}/healthy`;
    expect(await ask(healthy)).toMatch(/^200 # HELP probe_success .*\n# TYPE .*\nprobe_success 1\n/);
    expect(await ask('http://169.254.169.254/')).toBe(
      '403 169.254.169.254 may not be probed by rule CloudMetadata. No setting allows it.\n',
    );
  });

  it('every expression of the dashboard can be evaluated, and has data where there are series', async () => {
    await vi.waitFor(
      async () => {
        const empty: string[] = [];
        for (const { title, targets = [] } of dashboard.panels) {
          for (const { expr } of targets) {
            const result = await query(monitoring.prometheus, expr.replaceAll(/\$(namespace|name)\b/g, '.*'));
            if (result.length === 0) empty.push(title);
          }
        }
        // No target has a certificate, and every spec is accepted.
        expect(empty).toEqual(['Certificates expire in', 'Not probed']);
      },
      { timeout: 30_000, interval: 500 },
    );
  });

  it('every expression of the alerts can be evaluated', async () => {
    const rules = RULE_FILES.flatMap((file) =>
      readShipped<Rules>(file).groups.flatMap((group) => group.rules),
    );
    const fires: string[] = [];
    for (const { alert, expr } of rules)
      if ((await query(monitoring.prometheus, expr)).length > 0) fires.push(alert);
    expect(fires).toEqual(['StatusProbeFailing']);
  });

  it('every rule is as promtool wants it, and its unit tests pass', () => {
    check('promtool', 'check', 'rules', ...RULE_FILES.map(shippedPath));
    for (const file of ['rules', 'conditions'])
      check('promtool', 'test', 'rules', shippedPath(`test/fixtures/alerts/${file}.test.yaml`));
    expect(check('amtool', 'check-config', shippedPath('deploy/alerts/alertmanager.yaml'))).toContain(
      '3 receivers',
    );
  });

  it.skipIf(isLeftOut('links in alerts', whyNoHelm()))(
    'links of the chart are filled in by Prometheus',
    () => {
      const range = '{fromMilliseconds}-{toMilliseconds}/{fromSeconds}-{toSeconds}';
      const links = [
        { name: 'Logs', url: `https://logs.test/?namespace={namespace}&probe={statusProbe}&range=${range}` },
        { name: 'Of a Pod', url: 'https://logs.test/{pod}' },
      ];
      const values = join(directory, 'values.yaml');
      writeFileSync(values, stringify({ prometheusRule: { enabled: true }, operator: { links } }));
      const chart = createHelm()(
        ...['template', 'statusprobe', CHART, '--kube-version=1.32.0', '--values', values],
        '--show-only=templates/alerts.yaml',
      );
      const [rule] = manifestsIn(chart.stdout);
      writeFileSync(join(directory, 'rules.yaml'), stringify(rule?.spec));
      const labels = 'namespace="shop", name="orders"';
      const exp_annotations = {
        summary: 'shop/orders: CrashLoop, for Developer to mend',
        description:
          'StatusProbe orders in namespace shop has been failing for 2m 5s. The cause is CrashLoop in layer Pod; owner: Developer. Culprit, evidence and fix: kubectl -n shop describe statusprobe orders',
        runbook_url: 'docs/runbooks/CrashLoop.md',
        links: 'Logs: https://logs.test/?namespace=shop&probe=orders&range=9100000-12700000/9100-12700',
      };
      const verdict = { owner: 'Developer', layer: 'Pod', reason: 'CrashLoop' };
      const exp_labels = { severity: 'critical', namespace: 'shop', name: 'orders', ...verdict };
      const test = {
        input_series: [
          { series: `statusprobe_failing_since_timestamp_seconds{${labels}}`, values: '10000x1000' },
          {
            series: `statusprobe_verdict_info{${labels}, owner="Developer", layer="Pod", reason="CrashLoop"}`,
            values: '1x1000',
          },
        ],
        alert_rule_test: [
          {
            eval_time: '10125s',
            alertname: 'StatusProbeFailing',
            exp_alerts: [{ exp_labels, exp_annotations }],
          },
        ],
      };
      const file = join(directory, 'links.test.yaml');
      const rules = { rule_files: ['rules.yaml'], evaluation_interval: '15s' };
      writeFileSync(file, stringify({ ...rules, tests: [{ interval: '15s', ...test }] }));
      check('promtool', 'test', 'rules', file);
    },
  );
});
