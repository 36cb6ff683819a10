import type { Pod } from '../../diagnosis/model/pod.ts';

/** Far more than the workloads of a large cluster have different parts. */
const MOST = 20_000;

/**
 * Gives Pods that are equal in their containers, labels or owners the very same parts: those of one workload differ in
 * little, and a large cluster has many Pods.
 */
export function createPartSharing(): (pod: Pod) => Pod {
  const known = new Map<string, unknown>();

  const shared = <T>(part: T): T => {
    const text = JSON.stringify(part);
    const before = known.get(text);
    if (before !== undefined) return before as T;
    if (known.size >= MOST) known.clear();
    known.set(text, part);
    return part;
  };

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
