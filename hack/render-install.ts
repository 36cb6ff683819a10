// Writes deploy/install.yaml, the CRD and deploy/base as one manifest for `kubectl apply -f`.
// With IMAGE as argument it is printed with that image instead: node hack/render-install.ts registry.example/statusprobe:0.1.0 | kubectl apply -f -
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from './crd.ts';

export const INSTALL_MANIFEST = new URL('deploy/install.yaml', ROOT);

const HEADER = `# Made by hack/render-install.ts from crds/ and deploy/base: the CRD, then the operator for all namespaces.
# The project publishes no image: put where you pushed yours into the Deployment.
`;

function builtKubectl(): string {
  const build = fileURLToPath(new URL('hack/cluster/build.sh', ROOT));
  return `${execFileSync(build, ['kubernetes'], { encoding: 'utf8' }).trim()}/kubectl`;
}

/** The manifest as it must be, byte for byte. */
export function installManifest(image: string, kubectl: string = builtKubectl()): string {
  const base = execFileSync(kubectl, ['kustomize', fileURLToPath(new URL('deploy/base', ROOT))], {
    encoding: 'utf8',
  });
  const crd = readFileSync(new URL('crds/statusprobes.yaml', ROOT), 'utf8');
  return `${HEADER}${crd}---\n${base.replace(/image: statusprobe$/m, `image: ${image}`)}`;
}

/** The image that the manifest in the repository names. */
export function releaseImage(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  return `statusprobe:${version}`;
}

if (import.meta.main) {
  const image = process.argv[2];
  if (image === undefined) writeFileSync(INSTALL_MANIFEST, installManifest(releaseImage()));
  else process.stdout.write(installManifest(image));
}
