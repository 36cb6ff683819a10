import type { ClusterConfig } from '../config.ts';
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
  return kubeConfigAccess({
    ...(kubeconfig === undefined ? {} : { file: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}
