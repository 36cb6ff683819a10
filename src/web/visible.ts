import type { ShownProbe } from './messages.ts';
import type { Viewer } from './viewers.ts';

/** The StatusProbes that there are; a Store of them is one. */
export interface ShownProbes {
  values(): Iterable<ShownProbe>;
  get(namespace: string, name: string): ShownProbe | undefined;
  /** Calls back after each change; the result ends that. */
  subscribe(listener: (event: { readonly object: ShownProbe }) => void): () => void;
}

const AT_ONCE = 8;

/** Those of the namespaces whose StatusProbes the viewer may list. */
export async function visibleNamespaces(
  viewer: Viewer,
  namespaces: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const waiting = new Set(namespaces).values();
  const visible = new Set<string>();
  const ask = async () => {
    for (const namespace of waiting) if (await viewer.mayList(namespace)) visible.add(namespace);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return visible;
}
