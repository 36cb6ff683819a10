import type { Pod } from '../model/pod.ts';
import { controllerOf } from './owners.ts';

/** DaemonSets that connect the Pods of a Node, by the names that their own manifests and charts give them. */
const AGENTS =
  /^(rke2-)?(calico-node|canal|cilium|anetd|kube-flannel(-ds.*)?|aws-node|weave-net|antrea-agent|kube-router|kindnet|ovnkube-node|kube-proxy)$/;

export function isNetworkAgent(pod: Pod): boolean {
  const owner = controllerOf(pod);
  return owner?.kind === 'DaemonSet' && AGENTS.test(owner.name);
}
