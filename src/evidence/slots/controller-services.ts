import { byCodeUnit } from '../../diagnosis/model/code-unit.ts';
import type { ControllerServices } from '../../diagnosis/model/controller-services.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { KubernetesEvent, Service } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import { isHostUnknown, type Observation } from '../../diagnosis/model/observation.ts';
import type { Pod } from '../../diagnosis/model/pod.ts';
import { matchesLabels } from '../../diagnosis/topology/selectors.ts';
import { redact } from '../redact.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

const isBefore = ({ metadata, spec: { type, selector = {} } }: Service, pods: readonly Pod[]): boolean =>
  type === 'LoadBalancer' &&
  Object.keys(selector).length > 0 &&
  pods.some(
    (pod) => pod.metadata.namespace === metadata.namespace && matchesLabels(selector, pod.metadata.labels),
  );

/** They only enrich: without them the Services tell enough. */
async function eventsOf(
  { reader }: SlotContext,
  services: readonly Service[],
): Promise<readonly KubernetesEvent[]> {
  const namespaces = [...new Set(services.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const names = new Set(services.map(({ metadata }) => metadata.name));
  const looks = await Promise.all(namespaces.map((namespace) => reader.list('Event', { namespace })));
  return looks
    .flatMap((look) => (look.ok ? look.value : []))
    .filter(({ regarding }) => regarding.kind === 'Service' && names.has(regarding.name))
    .map((event) => ({ ...event, message: redact(event.message) }))
    .sort((a, b) => byCodeUnit(b.time, a.time));
}

/** Without an address, or nobody takes a connection there. */
const isUnreached = (observation: Observation): boolean =>
  isHostUnknown(observation) ||
  observation.failure?.reason === 'NoAddress' ||
  observation.failure?.phase === 'Connect';

export const readControllerServices: SlotReader<'controllerServices'> = async (context) => {
  const { observation, slot, reader } = context;
  if (!isUnreached(observation)) return NOT_APPLICABLE;
  const pods = await slot('controllerPods');
  if (!pods.ok) return pods;
  const namespaces = [...new Set(pods.value.flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
  const looks = await Promise.all(namespaces.map((namespace) => reader.list('Service', { namespace })));
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const services = looks
    .flatMap((look) => (look.ok ? look.value : []))
    .filter((each) => isBefore(each, pods.value));
  const value: ControllerServices = { services, events: await eventsOf(context, services) };
  return services.length === 0 ? NOT_APPLICABLE : found(value);
};
