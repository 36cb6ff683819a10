import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { remoteIP } from '../../diagnosis/model/observation.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { controllerOf } from '../../diagnosis/topology/ingress-controllers.ts';
import { topOwner } from '../../diagnosis/topology/owners.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

/** By the labels that the controller's own manifests set; only where none are found, by image among all Pods. */
export async function podsOfController(
  reader: ClusterReader,
  name: string | undefined,
): Promise<Lookup<readonly Pod[]>> {
  const controller = controllerOf(name);
  if (controller === undefined) return found([]);
  const byLabel = await Promise.all(controller.labels.map((labels) => reader.list('Pod', { labels })));
  const failed = byLabel.find((lookup) => !lookup.ok);
  if (failed !== undefined) return failed;
  const labelled = byLabel.flatMap((lookup) => (lookup.ok ? lookup.value : []));
  if (labelled.length > 0) return found([...new Set(labelled)]);
  return reader.list('Pod', { image: controller.image });
}

const NOTHING_BETWEEN = { replicaSets: [], jobs: [] };

const workloadsOf = (pods: readonly Pod[]): ReadonlySet<string> =>
  new Set(pods.map((pod) => `${pod.metadata.namespace}/${topOwner(pod, NOTHING_BETWEEN).name}`));

/** Of several releases of one product, the Pods behind the load balancer to whose address the request went. */
async function atAskedAddress({ reader, observation }: SlotContext, pods: readonly Pod[]) {
  const remote = remoteIP(observation);
  if (remote === undefined || workloadsOf(pods).size < 2) return pods;
  const namespaces = [...new Set(pods.flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
  const looks = await Promise.all(namespaces.map((namespace) => reader.list('Service', { namespace })));
  const asked = looks
    .flatMap((look) => (look.ok ? look.value : []))
    .filter(({ status }) => (status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === remote));
  const behind = pods.filter(({ metadata }) =>
    asked.some(
      ({ metadata: { namespace }, spec: { selector = {} } }) =>
        namespace === metadata.namespace &&
        Object.keys(selector).length > 0 &&
        matchesLabels(selector, metadata.labels),
    ),
  );
  return behind.length > 0 ? behind : pods;
}

export const readControllerPods: SlotReader<'controllerPods'> = async (context) => {
  const served = await context.slot('ingressClass');
  if (!served.ok) return served;
  const pods = await podsOfController(context.reader, served.value.ingressClass?.spec.controller);
  return pods.ok ? found(await atAskedAddress(context, pods.value)) : pods;
};
