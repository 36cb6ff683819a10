import { byCodeUnit } from '../../diagnosis/model/code-unit.ts';
import type { ControllerWorkload } from '../../diagnosis/model/controller-workload.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { KubernetesEvent, Workload } from '../../diagnosis/model/kubernetes.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { PodsEvidence } from '../../diagnosis/model/route-evidence.ts';
import { hasCondition, servingPods } from '../../diagnosis/model/serving-pods.ts';
import {
  controllerOf,
  type IngressController,
  runsImage,
} from '../../diagnosis/topology/ingress-controllers.ts';
import { topOwner } from '../../diagnosis/topology/owners.ts';
import { redact } from '../redact.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { nodesOf } from './nodes.ts';

const NOTHING_BETWEEN = { replicaSets: [], jobs: [] };

/** What else a chart deploys under the controller's name is not of its image. */
function ofController<T>(all: readonly T[], isOfImage: (one: T) => boolean): readonly T[] {
  const own = all.filter(isOfImage);
  return own.length > 0 ? own : all;
}

/** The Pods with their workload, where all of them are of one; two controllers may look alike. */
function ofOneWorkload(pods: readonly Pod[], home: string): PodsEvidence | undefined {
  const ownerOf = new Map(
    pods.map((pod) => {
      const { name, namespace = home } = pod.metadata;
      return [name, referenceTo({ ...topOwner(pod, NOTHING_BETWEEN), namespace }, home)];
    }),
  );
  const refs = new Set([...ownerOf.values()].map(({ ref }) => ref));
  return refs.size === 1 ? { pods, ownerOf } : undefined;
}

/** What should run it, where it has no Pod at all. */
async function workloadsOf(
  { reader }: SlotContext,
  { labels, image }: IngressController,
): Promise<Lookup<readonly Workload[]>> {
  const looks = await Promise.all(
    labels.flatMap((each) => [
      reader.list('Deployment', { labels: each }),
      reader.list('DaemonSet', { labels: each }),
    ]),
  );
  const failed = looks.find(({ ok }) => !ok);
  if (failed !== undefined) return failed;
  const all = looks.flatMap((look) => (look.ok ? look.value : []));
  return found(
    ofController([...new Set(all)], ({ spec }) =>
      (spec.template?.spec?.containers ?? []).some((container) => container.image?.includes(image)),
    ),
  );
}

async function withEventsAndNodes(
  { reader }: SlotContext,
  { pods, workloads }: Omit<ControllerWorkload, 'events' | 'nodes'>,
): Promise<ControllerWorkload> {
  const objects = [...pods.pods, ...workloads.selected];
  const names = new Set(objects.map(({ metadata }) => metadata.name));
  const namespace = objects[0]?.metadata.namespace;
  const look = namespace === undefined ? found([]) : await reader.list('Event', { namespace });
  const about = (look.ok ? look.value : []).filter(({ regarding }) => names.has(regarding.name));
  const events = about.map((event): KubernetesEvent => ({ ...event, message: redact(event.message) }));
  const nodes = await nodesOf(reader, pods.pods);
  return {
    pods,
    workloads,
    events: events.sort((a, b) => byCodeUnit(b.time, a.time)),
    ...(nodes.ok && { nodes: nodes.value }),
  };
}

export const readControllerWorkload: SlotReader<'controllerWorkload'> = async (context) => {
  const [served, pods] = await Promise.all([context.slot('ingressClass'), context.slot('controllerPods')]);
  if (!served.ok) return served;
  if (!pods.ok) return pods;
  const controller = controllerOf(served.value.ingressClass?.spec.controller);
  if (controller === undefined || pods.value.some((pod) => hasCondition(pod, 'Ready'))) return NOT_APPLICABLE;
  const serving = servingPods({ pods: pods.value, ownerOf: new Map() });
  if (serving.length > 0) {
    const own = ofController(pods.value, (pod) => runsImage(pod, controller.image));
    const behind = ofOneWorkload(own, context.probe.namespace);
    if (behind === undefined) return NOT_APPLICABLE;
    return found(
      await withEventsAndNodes(context, { pods: behind, workloads: { selected: [], others: [] } }),
    );
  }
  const workloads = await workloadsOf(context, controller);
  if (!workloads.ok) return workloads;
  if (workloads.value.length !== 1) return NOT_APPLICABLE;
  const nobody = { pods: [], ownerOf: new Map() };
  return found(
    await withEventsAndNodes(context, { pods: nobody, workloads: { selected: workloads.value, others: [] } }),
  );
};
