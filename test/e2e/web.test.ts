import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { OPERATOR_NAMESPACE } from '../../hack/demo/operator.ts';
import { startBrowser } from '../support/browser.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type NodeCluster, openNodeCluster, whyNoNode } from '../support/node-cluster.ts';

const MINUTE = 60_000;
const MINE = 'statusprobe-web-mine';
const OTHERS = 'statusprobe-web-others';
const isSkipped = isLeftOut('the web page of the operator in its Pod', whyNoNode());

const manifests = (namespace: string): readonly object[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'statusprobe.dev/v1alpha1',
    kind: 'StatusProbe',
    metadata: { namespace, name: 'gone' },
    spec: { target: { serviceRef: { name: 'gone', port: 80 } }, interval: '5s' },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'viewer' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { namespace, name: 'viewer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', namespace, name: 'viewer' }],
  },
];

describe.skipIf(isSkipped)('the web page of the operator in its Pod', { timeout: 5 * MINUTE }, () => {
  let cluster: NodeCluster;

  beforeAll(() => {
    cluster = openNodeCluster();
    const items = [MINE, OTHERS].flatMap(manifests);
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }, 40 * MINUTE);

  afterAll(() => {
    cluster?.kubectl(['delete', 'namespace', MINE, OTHERS, '--wait=false']);
  });

  /** Where `kubectl port-forward` makes the page appear. */
  async function forwarded(): Promise<string> {
    const { kubectlPath, kubeconfig } = cluster;
    const child = spawn(
      kubectlPath,
      ['-n', OPERATOR_NAMESPACE, 'port-forward', 'deployment/statusprobe', ':8082'],
      { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill());
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const [address] = /127\.0\.0\.1:\d+/.exec(line) ?? [];
    return `http://${address}/`;
  }

  it('shows through kubectl port-forward what the role view lets its viewer see', async () => {
    const { verdict } = await cluster.awaitStatus(
      MINE,
      'gone',
      (status) => status.verdict?.culprit !== undefined,
    );
    await cluster.awaitStatus(OTHERS, 'gone', (status) => status.verdict !== undefined);
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(await forwarded());
    const token = cluster.kubectl(['-n', MINE, 'create', 'token', 'viewer']).trim();
    await page.getByLabel('Bearer token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`system:serviceaccount:${MINE}:viewer`).waitFor();
    await page.getByText('1 failing of 1').waitFor();
    await page.getByRole('link', { name: `${MINE}/gone` }).click();
    await page.locator('.summary').waitFor();
    expect(await page.locator('.summary').innerText()).toBe(verdict?.summary);
    expect(await page.locator('[aria-current=step] h3').allTextContents()).toEqual(['Service']);
  });
});
