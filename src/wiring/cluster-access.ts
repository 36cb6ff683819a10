import { existsSync } from 'node:fs';
import { type ClusterConfig, usualKubeConfigs } from '../config.ts';
import { inClusterAccess, type ReadAccess } from '../kubernetes/cluster-access.ts';
import { kubeConfigAccess } from '../kubernetes/kube-config.ts';

export interface ChosenAccess {
  readonly read: ReadAccess;
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string | undefined;
}

/** Inside a Pod its ServiceAccount, elsewhere a kubeconfig. Throws an Error with one sentence. */
export async function clusterAccess({
  inCluster,
  kubeconfig,
  context,
}: ClusterConfig): Promise<ChosenAccess> {
  if (inCluster !== undefined) return { read: inClusterAccess(inCluster), namespace: undefined };
  const files = kubeconfig === undefined ? presentKubeConfigs() : [kubeconfig];
  return kubeConfigAccess({ files, ...(context === undefined ? {} : { context }) });
}

/** Like kubectl, passes over files that are not there. */
function presentKubeConfigs(): readonly string[] {
  const usual = usualKubeConfigs();
  const present = usual.filter((file) => existsSync(file));
  if (present.length === 0) throw new Error(`There is no kubeconfig at ${usual.join(' or ')}.`);
  return present;
}
