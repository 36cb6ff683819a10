// `make demo`: a cluster, the operator, applications that are broken in one known way each, and their verdicts.
import { spawnSync } from 'node:child_process';
import { APPLICATIONS } from '../../test/faulty-app/applications.ts';
import { awaitVerdicts, deployApplications, NAMESPACE } from './applications-on-cluster.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { installOperator } from './operator.ts';

const started = performance.now();

async function step<T>(title: string, work: () => T | Promise<T>): Promise<T> {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  console.log(`[${seconds} s] ${title}`);
  return await work();
}

function sayHowToGoOn({ kubeconfig, remove }: Cluster) {
  console.log(`
The cluster stays up. Look around with
  export KUBECONFIG=${kubeconfig}
  kubectl get statusprobes -n ${NAMESPACE}
  kubectl describe statusprobe wrong-target-port -n ${NAMESPACE}
  kubectl get events -n ${NAMESPACE} --field-selector reason=ProbeFailed
  bin/statusprobe web
and remove it with
  ${remove}`);
}

async function demo(): Promise<boolean> {
  const cluster = await step('cluster', openCluster);
  await step('images', () => cluster.loadImages());
  await step('operator', () => installOperator(cluster));
  await step(`${APPLICATIONS.length} applications`, () => deployApplications(cluster));
  const wrong = await step('waiting for a verdict on each', () => awaitVerdicts(cluster));
  spawnSync(cluster.kubectlPath, ['get', 'statusprobes', '-A', '-o', 'wide'], {
    stdio: 'inherit',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
  for (const sentence of wrong) console.error(sentence);
  const outcome =
    wrong.length === 0 ? 'every verdict is as expected' : `${wrong.length} verdicts are not as expected`;
  await step(outcome, () => sayHowToGoOn(cluster));
  return wrong.length === 0;
}

try {
  process.exitCode = (await demo()) ? 0 : 1;
} catch (error) {
  console.error(`make demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
