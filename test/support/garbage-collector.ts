import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../hack/cluster/build.sh', import.meta.url));

/** Kubernetes' garbage collector alone, from kube-controller-manager; the result ends it. */
export function startGarbageCollector(kubeconfigPath: string): () => Promise<void> {
  const binaries = execFileSync(BUILD, ['kubernetes'], { encoding: 'utf8' }).trim();
  const child = spawn(
    join(binaries, 'kube-controller-manager'),
    [
      `--kubeconfig=${kubeconfigPath}`,
      '--controllers=garbage-collector-controller',
      '--leader-elect=false',
      '--secure-port=0',
    ],
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  return async () => {
    child.kill('SIGKILL');
    await exited;
  };
}
