import type { Cluster } from '../../hack/demo/cluster.ts';
import { FAULTS } from '../faulty-app/faults.ts';
import { type Manifests, manifestsFor } from '../faulty-app/manifests.ts';

export const FAULTS_NAMESPACE = 'statusprobe-faults';

const IN_NAMESPACE = ['-n', FAULTS_NAMESPACE];

function apply({ kubectl }: Cluster, items: readonly object[]) {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  kubectl([...IN_NAMESPACE, 'apply', '--server-side', '--force-conflicts', '-f', '-'], list);
}

const isDeployment = (object: object): object is ReturnType<Manifests['deployment']> =>
  'kind' in object && object.kind === 'Deployment';

/** Deployments that serve before they are broken, or all along. */
const sound = (make: Manifests): readonly string[] =>
  FAULTS.filter(({ changes, expected }) => changes !== undefined || expected.healthy === 'True')
    .flatMap(({ objects }) => objects?.(make) ?? [])
    .filter(isDeployment)
    .map(({ metadata }) => `deployment/${metadata.name}`);

/** Breaks everything at once in a namespace of its own, and probes it; what an earlier run left is removed first. */
export function deployFaults(cluster: Cluster) {
  const { kubectl, faultyAppImage: image, ingressClassName } = cluster;
  const make = manifestsFor({ image, ingressClassName, domain: 'faults.test' });
  removeFaults(cluster);
  kubectl(['create', 'namespace', FAULTS_NAMESPACE]);
  apply(
    cluster,
    FAULTS.flatMap(({ objects }) => objects?.(make) ?? []),
  );
  kubectl([...IN_NAMESPACE, 'wait', '--for=condition=Available', '--timeout=120s', ...sound(make)]);
  const podAddress = (app: string) =>
    kubectl([...IN_NAMESPACE, 'get', 'pods', '-l', `app=${app}`, '-o', 'jsonpath={.items[0].status.podIP}']);
  apply(cluster, [
    ...FAULTS.flatMap(({ changes }) => changes?.(make, podAddress) ?? []),
    ...FAULTS.map(({ name, probe, expected }) =>
      make.statusProbe(name, {
        target: { ingressRef: { name } },
        // A machine that is busy with all of this may keep a sound target waiting now and then.
        ...(expected.healthy === 'True' ? { failureThreshold: 3 } : {}),
        ...probe,
      }),
    ),
  ]);
}

/** Takes the namespace away and waits until it is gone. */
export function removeFaults({ kubectl }: Cluster) {
  kubectl(['delete', 'namespace', FAULTS_NAMESPACE, '--ignore-not-found', '--timeout=120s']);
}
