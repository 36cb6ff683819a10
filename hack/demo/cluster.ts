import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
const SCRIPTS = join(REPOSITORY, 'hack/cluster');

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
  /** Path of kubectl: the one that was built with the local cluster, else the user's. */
  readonly kubectlPath: string;
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

/** Runs a script that tells people on stderr what it does; returns what it prints for programs. */
function runLoudly(command: string, args: readonly string[] = []): string {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} failed`);
  return stdout.trim();
}

const kubectlWith = (kubeconfig: string, kubectlPath: string): Pick<Cluster, 'kubectl' | 'kubectlPath'> => ({
  kubectlPath,
  kubectl: (args, input) =>
    run(kubectlPath, args, { env: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) }),
});

function loadBuiltImages() {
  runLoudly(join(SCRIPTS, 'image.sh'));
  runLoudly(join(SCRIPTS, 'image.sh'), [
    join(REPOSITORY, 'test/faulty-app'),
    'localhost/statusprobe-faulty-app:dev',
  ]);
}

const OVERLAY = join(REPOSITORY, 'hack/demo');

type Made = Pick<Cluster, 'kubeconfig' | 'kubectl' | 'kubectlPath' | 'remove'>;

const withBuiltImages = (made: Made): Cluster => ({
  ...made,
  faultyAppImage: 'localhost/statusprobe-faulty-app:dev',
  ingressClassName: 'traefik',
  overlay: OVERLAY,
  loadImages: loadBuiltImages,
});

function localCluster(): Cluster {
  const kubeconfig = runLoudly(join(SCRIPTS, 'up.sh'));
  const binaries = runLoudly(join(SCRIPTS, 'build.sh'), ['kubernetes']);
  return withBuiltImages({
    kubeconfig,
    remove: 'make cluster-down',
    ...kubectlWith(kubeconfig, join(binaries, 'kubectl')),
  });
}

function kindCluster(): Cluster {
  const kubeconfig = runLoudly(join(SCRIPTS, 'up-kind.sh'));
  return withBuiltImages({
    kubeconfig,
    remove: 'make cluster-down CLUSTER=kind',
    ...kubectlWith(kubeconfig, 'kubectl'),
  });
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
    ...kubectlWith(kubeconfig, 'kubectl'),
  };
}

/** Opens the cluster that CLUSTER names: `local` (the default), `kind` or `existing`. */
export function openCluster(): Cluster {
  const kind = process.env.CLUSTER ?? 'local';
  if (kind === 'local') return localCluster();
  if (kind === 'kind') return kindCluster();
  if (kind === 'existing') return existingCluster();
  throw new Error(`CLUSTER is ${JSON.stringify(kind)}: set it to local, kind or existing`);
}
