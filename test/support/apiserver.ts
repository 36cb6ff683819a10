import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLUSTER = fileURLToPath(new URL('../../hack/cluster/', import.meta.url));
const run = promisify(execFile);

/** etcd and kube-apiserver alone on loopback, with nothing in them. */
export interface ApiServer {
  /** Of its files: logs, keys, which processes it is. */
  readonly directory: string;
  /** Of an administrator. */
  readonly kubeconfigPath: string;
  /** Of a user without any rights. */
  readonly unprivilegedKubeconfigPath: string;
  readonly kubectlPath: string;
  kubectl(...args: string[]): Promise<KubectlResult>;
  stop(): Promise<void>;
}

export interface KubectlResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Why tests on a real API server are left out: its binaries are not built. In CI nothing is left out, so that starting
 * it fails there.
 */
export function whyNoApiServer(): string | undefined {
  if (process.env.CI === 'true' || existsSync(join(binaries(), 'kube-apiserver'))) return undefined;
  return 'kube-apiserver is not built: run hack/cluster/build.sh kubernetes';
}

/** Starts an API server; up to the caller to stop it. */
export async function startApiServer(): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'statusprobe-apiserver-'));
  const script = join(CLUSTER, 'apiserver.sh');
  await run(script, ['up', directory]);
  const kubeconfigPath = join(directory, 'kubeconfig');
  const kubectl = join(binaries(), 'kubectl');
  return {
    directory,
    kubeconfigPath,
    unprivilegedKubeconfigPath: join(directory, 'unprivileged.kubeconfig'),
    kubectlPath: kubectl,
    kubectl: (...args) => runKubectl(kubectl, ['--kubeconfig', kubeconfigPath, ...args]),
    stop: async () => {
      await run(script, ['down', directory]);
    },
  };
}

async function runKubectl(kubectl: string, args: readonly string[]): Promise<KubectlResult> {
  try {
    const output = await run(kubectl, args, { maxBuffer: 64 * 1024 * 1024 });
    return { succeeded: true, ...output };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { succeeded: false, stdout, stderr };
  }
}

function binaries(): string {
  const script = `source ${CLUSTER}environment.sh && part_directory kubernetes`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim();
}
