import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const CLUSTER = fileURLToPath(new URL('../../hack/cluster/', import.meta.url));

/** The chart of the repository. */
export const CHART = fileURLToPath(new URL('../../deploy/chart', import.meta.url));

/** A Kubernetes object of which nothing more is known. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Why tests with the real helm are left out: it is not built. In CI it is built, which takes minutes. */
export function whyNoHelm(): string | undefined {
  const script = `source ${CLUSTER}environment.sh && part_directory helm`;
  const directory = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim();
  if (process.env.CI === 'true' || existsSync(join(directory, 'helm'))) return undefined;
  return 'helm is not built: run hack/cluster/build.sh helm';
}

export interface HelmResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where helm is, which is built first where it is missing. */
export const helmDirectory = (): string =>
  execFileSync(join(CLUSTER, 'build.sh'), ['helm'], { encoding: 'utf8' }).trim();

export function createHelm(environment: Readonly<Record<string, string>> = {}) {
  const directory = helmDirectory();
  return (...args: readonly string[]): HelmResult => {
    const { status, stdout, stderr } = spawnSync(join(directory, 'helm'), args, {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { succeeded: status === 0, stdout, stderr };
  };
}

/** Every object of a stream of YAML documents. */
export const manifestsIn = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
