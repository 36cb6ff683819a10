import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Cluster, openCluster } from '../../hack/demo/cluster.ts';
import { CHART, createHelm, type HelmResult, whyNoHelm } from '../support/helm.ts';
import { isLeftOut } from '../support/left-out.ts';
import { whyNoNode } from '../support/node-cluster.ts';
import { freePort, installPrometheus, whyNoPrometheus } from '../support/prometheus.ts';
import {
  failuresToldTo,
  impatientRules,
  type Monitoring,
  shippedPath,
  startMonitoring,
} from '../support/shipped-monitoring.ts';

const MINUTE = 60_000;
const NAMESPACE = 'statusprobe-helm';
const RELEASE = 'shop-statusprobe';

const isSkipped = isLeftOut('helm on a real node', whyNoNode() ?? whyNoHelm() ?? whyNoPrometheus());

/** An application of one Pod, its Service, and the StatusProbe that asks it. */
function application(name: string, image: string, { mode, selector }: { mode: string; selector: string }) {
  const labels = { app: name };
  const metadata = { namespace: NAMESPACE, name, labels };
  const container = {
    name: 'app',
    image,
    env: [{ name: 'MODE', value: mode }],
    ports: [{ containerPort: 8080 }],
  };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: selector }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'statusprobe.dev/v1alpha1',
      kind: 'StatusProbe',
      metadata,
      spec: { interval: '1s', timeout: '1s', target: { serviceRef: { name, port: 80 } } },
    },
  ];
}

describe.skipIf(isSkipped)('helm on a real node', { timeout: 3 * MINUTE }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'statusprobe-helm-'));
  let cluster: Cluster;
  let helm: (...args: readonly string[]) => HelmResult;
  let forwarding: ChildProcess | undefined;
  let monitoring: Monitoring | undefined;

  beforeAll(() => {
    installPrometheus();
    cluster = openCluster();
    cluster.loadImages();
    helm = createHelm({ KUBECONFIG: cluster.kubeconfig });
    removeAll();
    cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', shippedPath('crds')]);
    cluster.kubectl(['create', 'namespace', NAMESPACE]);
  }, 40 * MINUTE);

  afterAll(async () => {
    await monitoring?.stop();
    forwarding?.kill();
    removeAll();
    rmSync(directory, { recursive: true });
  }, MINUTE);

  function removeAll() {
    helm('uninstall', RELEASE, '--namespace', NAMESPACE, '--ignore-not-found');
    cluster.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  }

  /** The cluster has its CRD already, and another operator may be there: this one looks at its own namespace alone. */
  function release(command: 'install' | 'upgrade', values: readonly string[] = []) {
    const common = [
      ...['image.repository=localhost/statusprobe', 'image.tag=dev', 'image.pullPolicy=Never'],
      ...['crds.enabled=false', `watchNamespace=${NAMESPACE}`],
    ];
    const { succeeded, stderr } = helm(
      ...[command, RELEASE, CHART, '--namespace', NAMESPACE, '--wait', '--timeout=90s'],
      `--set=${[...common, ...values].join()}`,
    );
    if (!succeeded) throw new Error(stderr);
  }

  const names = (kinds: string, ...more: readonly string[]) =>
    cluster
      .kubectl([
        '-n',
        NAMESPACE,
        'get',
        kinds,
        '-l',
        `app.kubernetes.io/instance=${RELEASE}`,
        '-o',
        'name',
        ...more,
      ])
      .split('\n')
      .filter((line) => line !== '');

  async function forwardMetrics(): Promise<string> {
    const port = await freePort();
    const args = ['-n', NAMESPACE, 'port-forward', `deployment/${RELEASE}`, `${port}:8080`];
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    forwarding = spawn(cluster.kubectlPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    if (forwarding.stdout !== null) await once(forwarding.stdout, 'data');
    return `127.0.0.1:${port}`;
  }

  it('installs an operator that becomes ready, and takes rights in one namespace alone', () => {
    release('install');
    expect(names('deployments,roles,serviceaccounts')).toEqual([
      `deployment.apps/${RELEASE}`,
      `role.rbac.authorization.k8s.io/${RELEASE}`,
      `role.rbac.authorization.k8s.io/${RELEASE}-leases`,
      `serviceaccount/${RELEASE}`,
    ]);
    expect(names('clusterroles,clusterrolebindings')).toEqual([]);
  });

  it('applications that break on the node alert the team that mends them, with the verdict in the text', async () => {
    const image = cluster.faultyAppImage;
    const items = [
      ...application('crash', image, { mode: 'crash', selector: 'crash' }),
      ...application('typo', image, { mode: 'healthy', selector: 'tpyo' }),
      ...application('sound', image, { mode: 'healthy', selector: 'sound' }),
    ];
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    monitoring = await startMonitoring(await forwardMetrics(), [impatientRules(directory)]);
    const { devops, developers } = monitoring;
    await vi.waitFor(
      () => {
        expect(failuresToldTo(devops)).toMatchObject({ typo: 'DevOps Service SelectorMatchesNoPods' });
        expect(failuresToldTo(developers)).toMatchObject({ crash: 'Developer Pod CrashLoop' });
      },
      { timeout: 2 * MINUTE, interval: 500 },
    );
    const crash = developers.alerts.filter(({ labels }) => labels.reason === 'CrashLoop');
    expect(crash[0]?.annotations.description).toContain(
      'The cause is CrashLoop in layer Pod; owner: Developer.',
    );
    expect(crash[0]?.annotations.runbook_url).toMatch(/\/CrashLoop\.md$/);
    expect(devops.alerts.filter(({ labels }) => labels.reason === 'CrashLoop')).toEqual([]);
    expect(developers.alerts.filter(({ labels }) => labels.reason === 'SelectorMatchesNoPods')).toEqual([]);
  });

  it('upgrades to two replicas that share the probes, with add-ons', () => {
    release('upgrade', [
      ...['replicaCount=2', 'podDisruptionBudget.enabled=true', 'networkPolicy.enabled=true'],
      ...['addons.podLogs.enabled=true', 'operator.policy.rules[0].maximumProbes=10'],
    ]);
    expect(names('poddisruptionbudgets,networkpolicies,configmaps')).toEqual([
      `poddisruptionbudget.policy/${RELEASE}`,
      `networkpolicy.networking.k8s.io/${RELEASE}`,
      `configmap/${RELEASE}-policy`,
    ]);
    const account = `system:serviceaccount:${NAMESPACE}:${RELEASE}`;
    const can = ['auth', 'can-i', 'get', 'pods', '--subresource=log', '-n', NAMESPACE, '--as', account];
    expect(cluster.kubectl(can).trim()).toBe('yes');
    expect(names('pods', '--field-selector=status.phase=Running').length).toBeGreaterThanOrEqual(2);
  });

  it('uninstalls, and leaves what users wrote', () => {
    const { succeeded, stderr } = helm('uninstall', RELEASE, '--namespace', NAMESPACE, '--wait');
    expect([succeeded, stderr]).toEqual([true, '']);
    expect(names('deployments,roles,rolebindings,serviceaccounts,configmaps')).toEqual([]);
    const probes = cluster.kubectl(['-n', NAMESPACE, 'get', 'statusprobes', '-o', 'name']);
    expect(probes.trim().split('\n')).toHaveLength(3);
  });
});
