import type { DiscoverParts } from '../cli/discover.ts';
import type { GetParts } from '../cli/get.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { Lookup } from '../diagnosis/model/lookup.ts';
import { createTargetedReader } from '../evidence/cluster/targeted.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import { STATUS_PROBES } from '../operator/stored-probe.ts';
import { type OpenedCluster, refuseCall } from './opened-cluster.ts';

/** A cluster without the CRD knows no path of it. */
const isUnknownKind = (error: unknown): boolean =>
  hasReason(error, 'NotFound') && /could not find|page not found/.test(error.message);

/** Why StatusProbes cannot be read, as one sentence. */
export function refuseLook(error: unknown): never {
  if (!isUnknownKind(error)) return refuseCall(error);
  throw new UsageError(
    'the cluster does not know StatusProbes: kubectl apply --server-side -f crds/ makes them known',
  );
}

/** What `statusprobe get` reads. */
export const getParts = ({ client, namespace }: OpenedCluster): GetParts => ({
  namespace,
  async get(where, name) {
    const object = await client.get(STATUS_PROBES, { namespace: where, name }).catch((error: unknown) => {
      if (hasReason(error, 'NotFound') && !isUnknownKind(error))
        throw new UsageError(
          `there is no StatusProbe ${name} in namespace ${where}: statusprobe get -A lists them`,
        );
      return refuseLook(error);
    });
    return object;
  },
  async list(where) {
    const options = where === undefined ? {} : { namespace: where };
    const { items } = await client.list(STATUS_PROBES, options).catch(refuseLook);
    const { group, version, kind } = STATUS_PROBES;
    return items.map((item) => ({ apiVersion: `${group}/${version}`, kind, ...item }));
  },
  now: Date.now,
});

function seen<T>(lookup: Lookup<readonly T[]>): readonly T[] {
  if (lookup.ok) return lookup.value;
  throw new UsageError(lookup.message);
}

/** What `statusprobe discover` reads and writes. */
export function discoverParts({ client, namespace }: OpenedCluster): DiscoverParts {
  const reader = createTargetedReader(client);
  return {
    namespace,
    ingresses: async () => seen(await reader.list('Ingress', { namespace })),
    async httpRoutes() {
      const routes = await reader.list('HTTPRoute', { namespace });
      return !routes.ok && routes.reason === 'NotInstalled' ? [] : seen(routes);
    },
    async create(probe) {
      try {
        await client.create(STATUS_PROBES, { ...probe });
        return true;
      } catch (error) {
        if (hasReason(error, 'AlreadyExists')) return false;
        return refuseLook(error);
      }
    },
  };
}
