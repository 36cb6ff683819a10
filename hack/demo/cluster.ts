import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** A cluster to run applications on: the local one, kind, or the user's own. */
export interface Cluster {
  readonly kubeconfig: string;
  /** Image of test/faulty-app as the cluster's nodes know it. */
  readonly faultyAppImage: string;
  readonly ingressClassName: string;
  /** Kustomize folder that installs the operator here. */
  readonly overlay: string;
  /** The command that removes what was made. */
  readonly remove: string;
  /** Builds the images of the operator and the applications and gives them to the nodes. */
  loadImages(): void;
  /** Runs kubectl and returns its output; throws with its stderr where it fails. */
  kubectl(args: readonly string[], input?: string): string;
}

function run(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, ...options.env },
  });
  if (result.error !== undefined) throw new Error(`cannot run ${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stderr.trim()}`);
  return result.stdout;
}

/** Runs a script that tells people what it does. */
function runLoudly(command: string, args: readonly string[] = []) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} failed`);
}

const kubectlWith =
  (kubeconfig: string): Cluster['kubectl'] =>
  (args, input) =>
    run('kubectl', args, { env: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) });

function loadBuiltImages() {
  runLoudly(join(REPOSITORY, 'hack/cluster/image.sh'));
  runLoudly(join(REPOSITORY, 'hack/cluster/image.sh'), [
    join(REPOSITORY, 'test/faulty-app'),
    'localhost/statusprobe-faulty-app:dev',
  ]);
}

const OVERLAY = join(REPOSITORY, 'hack/demo');

function localCluster(script: string, remove: string): Cluster {
  runLoudly(join(REPOSITORY, 'hack/cluster', script));
  const directory = process.env.STATUSPROBE_CLUSTER_DIR ?? '/tmp/statusprobe-cluster';
  const kubeconfig = join(directory, 'kubeconfig');
  return {
    kubeconfig,
    faultyAppImage: 'localhost/statusprobe-faulty-app:dev',
    ingressClassName: 'traefik',
    overlay: OVERLAY,
    remove,
    loadImages: loadBuiltImages,
    kubectl: kubectlWith(kubeconfig),
  };
}

/** The user's own cluster: its nodes pull the images from wherever the user pushed them. */
function existingCluster(): Cluster {
  const { KUBECONFIG: kubeconfig, FAULTY_APP_IMAGE: faultyAppImage } = process.env;
  if (kubeconfig === undefined) throw new Error('CLUSTER=existing takes the cluster from KUBECONFIG: set it');
  if (faultyAppImage === undefined) {
    throw new Error(
      'CLUSTER=existing pulls images: push test/faulty-app to a registry of yours and set FAULTY_APP_IMAGE to it, ' +
        'push the image of the Dockerfile, and set OVERLAY to a Kustomize folder that names it (see hack/demo)',
    );
  }
  return {
    kubeconfig,
    faultyAppImage,
    ingressClassName: process.env.INGRESS_CLASS ?? 'nginx',
    overlay: process.env.OVERLAY ?? OVERLAY,
    remove: 'kubectl delete namespace statusprobe-demo statusprobe-system',
    loadImages: () => undefined,
    kubectl: kubectlWith(kubeconfig),
  };
}

/** Opens the cluster that CLUSTER names: `local` (the default), `kind` or `existing`. */
export function openCluster(): Cluster {
  const kind = process.env.CLUSTER ?? 'local';
  if (kind === 'local') return localCluster('up.sh', 'make cluster-down');
  if (kind === 'kind') return localCluster('up-kind.sh', 'kind delete cluster --name statusprobe');
  if (kind === 'existing') return existingCluster();
  throw new Error(`CLUSTER is ${JSON.stringify(kind)}: set it to local, kind or existing`);
}
