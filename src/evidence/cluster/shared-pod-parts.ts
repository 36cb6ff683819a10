import type { Pod } from '../../diagnosis/model/pod.ts';
import { createPartSharing } from '../../kubernetes/sharing.ts';

/**
 * Gives Pods that are equal in their containers, labels or owners the very same parts: those of one workload differ in
 * little, and a large cluster has many Pods.
 */
export function createPodPartSharing(): (pod: Pod) => Pod {
  const shared = createPartSharing();
  return ({ metadata, spec, ...pod }) => {
    const { labels, ownerReferences } = metadata;
    const { containers, initContainers } = spec;
    return {
      ...pod,
      metadata: {
        ...metadata,
        ...(labels && { labels: shared(labels) }),
        ...(ownerReferences && { ownerReferences: shared(ownerReferences) }),
      },
      spec: {
        ...spec,
        containers: shared(containers),
        ...(initContainers && { initContainers: shared(initContainers) }),
      },
    };
  };
}
