import type { Client } from '../kubernetes/client.ts';
import { NAMESPACES } from '../kubernetes/resources.ts';
import { type NamespacePolicy, needsLabels, type Policy, policyFor } from './policy.ts';

/** How long the labels of a namespace are taken as known. */
const LIFE_MILLISECONDS = 60_000;

interface Known {
  readonly policy: Promise<NamespacePolicy>;
  readonly goodUntil: number;
}

/** What the administrator's policy says of a namespace; its labels are looked up only where the policy asks for them. */
export function createNamespacePolicies(
  policy: Policy,
  client: Pick<Client, 'get'>,
  now: () => number = () => performance.now(),
): (namespace: string) => Promise<NamespacePolicy> {
  const known = new Map<string, Known>();
  const looksUp = needsLabels(policy);

  const read = async (namespace: string, last: Known | undefined): Promise<NamespacePolicy> => {
    const named = { 'kubernetes.io/metadata.name': namespace };
    if (!looksUp) return policyFor(policy, named);
    try {
      const { metadata } = await client.get(NAMESPACES, { name: namespace });
      return policyFor(policy, { ...metadata.labels, ...named });
    } catch {
      // Without a look, what was known last holds, or else what holds for the name alone.
      return (await last?.policy) ?? policyFor(policy, named);
    }
  };

  return (namespace) => {
    const last = known.get(namespace);
    if (last !== undefined && last.goodUntil > now()) return last.policy;
    const entry = { policy: read(namespace, last), goodUntil: now() + LIFE_MILLISECONDS };
    known.set(namespace, entry);
    return entry.policy;
  };
}
