// `make new-user`: what the README tells a new user to do, on an empty local cluster of its own, and how long each step takes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { manifestsFor } from '../../test/faulty-app/manifests.ts';
import { startBrowser } from '../../test/support/browser.ts';
import { commandsIn } from '../../test/support/document-commands.ts';
import { helmDirectory } from '../../test/support/helm.ts';
import { freePort, installPrometheus } from '../../test/support/prometheus.ts';
import { failuresToldTo, impatientRules, startMonitoring } from '../../test/support/shipped-monitoring.ts';
import { ROOT } from '../crd.ts';
import { type Cluster, openCluster } from './cluster.ts';

process.env.STATUSPROBE_CLUSTER_NAME = 'new-user';
const PATIENCE_MILLISECONDS = 3 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'statusprobe-new-user-'));
const children: ChildProcess[] = [];

async function step<T>(title: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${title}`);
  return result;
}

async function until(what: string, isSo: () => boolean) {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(250);
  }
}

/** The README's line that begins so; the image is the one that the cluster has. */
function fromTheReadme(beginning: string): string {
  const line = commandsIn('README.md', ROOT).find(({ command }) => command.startsWith(beginning));
  if (line === undefined) throw new Error(`the README has no command that begins with ${beginning}`);
  return line.command.replace(
    'image.repository=registry.example/statusprobe',
    'image.repository=localhost/statusprobe,image.tag=dev,image.pullPolicy=Never',
  );
}

const environmentOf = (cluster: Cluster) => ({
  ...process.env,
  KUBECONFIG: cluster.kubeconfig,
  PATH: `${join(cluster.kubectlPath, '..')}:${helmDirectory()}:${process.env.PATH}`,
});

function run(cluster: Cluster, command: string) {
  const env = environmentOf(cluster);
  const { status, stderr } = spawnSync('bash', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}\n${stderr}`);
}

/** Starts what runs until it is ended; its first words. */
async function start(cluster: Cluster, command: string): Promise<string> {
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd: ROOT,
    env: environmentOf(cluster),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [words] = (await once(child.stdout, 'data')) as [Buffer];
  return words.toString();
}

/** An application whose Service selects a label that none of its Pods has. */
function breakAnApplication({ kubectl, faultyAppImage: image, ingressClassName }: Cluster) {
  const make = manifestsFor({ image, ingressClassName, domain: 'example.com' });
  const items = [
    make.deployment('shop'),
    make.service('shop', { selector: { app: 'shpo' } }),
    make.ingress('shop'),
  ];
  kubectl(['create', 'namespace', 'shop']);
  kubectl(['apply', '-n', 'shop', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

async function seeThePage(cluster: Cluster) {
  const words = await start(cluster, fromTheReadme('bin/statusprobe web').replace(/ *#.*/, ' --port 0'));
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(/http:\S+/.exec(words)?.[0] ?? words);
    await page.getByRole('link', { name: 'shop/shop-ingress' }).click();
    await page.getByText('SelectorMatchesNoPods').first().waitFor();
  } finally {
    await browser.close();
  }
}

async function receiveTheAlert(cluster: Cluster) {
  const port = await freePort();
  await start(cluster, `kubectl -n statusprobe-system port-forward deployment/statusprobe ${port}:8080`);
  const monitoring = await startMonitoring(`127.0.0.1:${port}`, [impatientRules(folder)]);
  try {
    const isTold = () => failuresToldTo(monitoring.devops)['shop-ingress']?.startsWith('DevOps') ?? false;
    await until('the alert', isTold);
  } finally {
    await monitoring.stop();
  }
}

function isExplained({ kubectl }: Cluster): boolean {
  const reason = ['-o', 'jsonpath={.status.verdict.reason}'];
  return kubectl(['get', '-n', 'shop', 'stp', 'shop-ingress', ...reason]) === 'SelectorMatchesNoPods';
}

async function asANewUser() {
  const cluster = await step('(an empty cluster, and the images on its node)', () => {
    installPrometheus();
    const opened = openCluster();
    opened.loadImages();
    helmDirectory();
    return opened;
  });
  await step('helm install, until the operator is ready', () => {
    run(cluster, fromTheReadme('helm install'));
    cluster.kubectl(['-n', 'statusprobe-system', 'rollout', 'status', 'deployment/statusprobe']);
  });
  await step('(an application that is broken)', () => breakAnApplication(cluster));
  await step('one manifest, until the verdict', async () => {
    run(cluster, fromTheReadme('kubectl apply -n shop'));
    await until('the verdict', () => isExplained(cluster));
  });
  await step('the page, open at the failing probe', () => seeThePage(cluster));
  await step('the alert, at the receiver of DevOps', () => receiveTheAlert(cluster));
}

try {
  await asANewUser();
} catch (error) {
  console.error(`make new-user: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true });
  spawnSync(new URL('hack/cluster/down.sh', ROOT).pathname, { stdio: 'inherit' });
}
