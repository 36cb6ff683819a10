import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Ingress, Service } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { PodsEvidence } from '../../diagnosis/model/route-evidence.ts';
import { hasCondition, servingPods } from '../../diagnosis/model/serving-pods.ts';
import { TARGET_HEALTH } from '../../diagnosis/topology/alb-targets.ts';
import { servingClass } from '../../diagnosis/topology/ingress-class.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { ALB_CONTROLLERS } from './alb.ts';

/** A load balancer that finds one Pod healthy keeps no request to the Service from it. */
function allWait(pods: PodsEvidence): boolean {
  const serving = servingPods(pods);
  const isGated = serving.some((pod) =>
    (pod.spec.readinessGates ?? []).some(
      ({ conditionType: type }) => type.startsWith(TARGET_HEALTH) && !hasCondition(pod, type),
    ),
  );
  return isGated && !serving.some((pod) => hasCondition(pod, 'Ready'));
}

const sendsTo = ({ spec }: Ingress, service: string): boolean =>
  [
    spec.defaultBackend,
    ...(spec.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
  ].some((backend) => backend?.service?.name === service);

/** The Ingress whose annotations say how the health of the Service's Pods is checked; of several, nobody can tell. */
async function ingressOf({ reader }: SlotContext, { metadata }: Service): Promise<Ingress | undefined> {
  const { name, namespace = '' } = metadata;
  const [ingresses, classes] = await Promise.all([
    reader.list('Ingress', { namespace }),
    reader.list('IngressClass'),
  ]);
  if (!ingresses.ok || !classes.ok) return undefined;
  const [ingress, ...others] = ingresses.value.filter(
    (each) => sendsTo(each, name) && ALB_CONTROLLERS.has(servingClass(each, classes.value)?.spec.controller),
  );
  return others.length === 0 ? ingress : undefined;
}

export const readHealthCheckedBy: SlotReader<'healthCheckedBy'> = async (context) => {
  const { slot, probe } = context;
  const alb = await slot('alb');
  if (alb.ok || probe.target.kind !== 'Service') return alb;
  const [route, pods] = await Promise.all([slot('service'), slot('pods')]);
  const service = route.ok ? route.value.service : undefined;
  if (service === undefined || !pods.ok || !allWait(pods.value)) return NOT_APPLICABLE;
  const ingress = await ingressOf(context, service);
  return found(ingress === undefined ? {} : { ingress });
};
