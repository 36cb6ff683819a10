import type { AuthServiceEvidence } from '../../diagnosis/model/auth-service.ts';
import type { Service, ServicePort } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import type { SlotContext } from '../slot-context.ts';
import { endpointsOf } from './endpoints.ts';
import { nodesOf } from './nodes.ts';
import { podsOf } from './pods.ts';
import { selectionBy } from './selected-by.ts';
import { workloadsOf } from './workloads.ts';

type BehindService = Omit<AuthServiceEvidence, 'reference' | 'askedPort'>;

/** What stands behind a Service that does not exist, or selects nobody. */
export const NOBODY = {
  endpoints: [],
  pods: { pods: [], ownerOf: new Map() },
  workloads: { selected: [], others: [] },
} as const;

/** Whether anything of the namespace is seen: a dump of other namespaces holds nothing of it, and proves nothing. */
export async function isSeen({ reader, probe }: SlotContext, namespace: string): Promise<boolean> {
  if (namespace === probe.namespace) return true;
  const [object, services] = await Promise.all([
    reader.get('Namespace', { name: namespace }),
    reader.list('Service', { namespace }),
  ]);
  return (object.ok && object.value !== undefined) || (services.ok && services.value.length > 0);
}

/** What stands behind a Service that is not on the request's way. */
export async function behindService(
  context: SlotContext,
  service: Service,
  port: ServicePort | undefined,
): Promise<Lookup<BehindService>> {
  const selection = selectionBy(service);
  const [endpoints, pods, workloads] = await Promise.all([
    endpointsOf(context.reader, service, port),
    selection ? podsOf(context, selection) : found(NOBODY.pods),
    selection ? workloadsOf(context, selection) : found(NOBODY.workloads),
  ]);
  if (!endpoints.ok) return endpoints;
  if (!pods.ok) return pods;
  const nodes = await nodesOf(context.reader, pods.value.pods);
  return mapLookup(workloads, (value) => ({
    service,
    ...(nodes.ok && { nodes: nodes.value }),
    ...(port && { port }),
    endpoints: endpoints.value,
    pods: pods.value,
    workloads: value,
  }));
}
