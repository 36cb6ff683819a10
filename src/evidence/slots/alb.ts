import type { ALBEvidence } from '../../diagnosis/model/alb-evidence.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Ingress } from '../../diagnosis/model/kubernetes.ts';
import { found, mapLookup } from '../../diagnosis/model/lookup.ts';
import { TARGET_HEALTH } from '../../diagnosis/topology/alb-targets.ts';
import { namedClass } from '../../diagnosis/topology/ingress-class.ts';
import { isLoadBalancerHost } from '../../diagnosis/topology/load-balancer-names.ts';
import { isSignedByALB, publishedNames } from '../asked-load-balancer.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

export const ALB_CONTROLLERS: ReadonlySet<string | undefined> = new Set([
  'ingress.k8s.aws/alb',
  'eks.amazonaws.com/alb',
]);

async function ingressOnRoute({ slot }: SlotContext): Promise<Ingress | undefined> {
  const route = await slot('ingress');
  return route.ok ? (route.value.match?.ingress ?? route.value.candidates[0]) : undefined;
}

/** Whether AWS' controller makes a load balancer of the Ingress, and not another controller behind one. */
async function isServedByAWS({ slot }: SlotContext, ingress: Ingress): Promise<boolean> {
  if (namedClass(ingress) === 'alb') return true;
  const served = await slot('ingressClass');
  return served.ok && ALB_CONTROLLERS.has(served.value.ingressClass?.spec.controller);
}

/** The load balancer at which the request arrived, where an Ingress of the probe's own namespace publishes it. */
async function askedName({ slot }: SlotContext): Promise<readonly string[]> {
  const route = await slot('ingress');
  const { loadBalancer, others = [] } = route.ok ? route.value : {};
  return loadBalancer !== undefined && others.flatMap(publishedNames).includes(loadBalancer)
    ? [loadBalancer]
    : [];
}

/** The load balancer's own name: of the Ingress, the host that was asked, or the Service. */
async function dnsNameOf(context: SlotContext, ingress: Ingress | undefined): Promise<string | undefined> {
  const { slot } = context;
  const [request, service] = await Promise.all([slot('request'), slot('service')]);
  const names = [
    ...publishedNames(ingress),
    ...(await askedName(context)),
    ...(request.ok ? [request.value.host] : []),
    ...(service.ok ? publishedNames(service.value.service) : []),
  ];
  return names.find(isLoadBalancerHost);
}

/** Pods that wait for a load balancer's word. */
async function hasGates({ slot }: SlotContext): Promise<boolean> {
  const pods = await slot('pods');
  if (!pods.ok) return false;
  const gates = pods.value.pods.flatMap(({ spec }) => spec.readinessGates ?? []);
  return gates.some(({ conditionType }) => conditionType.startsWith(TARGET_HEALTH));
}

/** Applies only where something shows a load balancer of AWS on the way; a probe of a Service goes past it. */
export const readALB: SlotReader<'alb'> = async (context) => {
  const { probe, observation, settings } = context;
  if (probe.target.kind === 'Service') return NOT_APPLICABLE;
  const onRoute = await ingressOnRoute(context);
  const dnsName = await dnsNameOf(context, onRoute);
  const ingress = onRoute !== undefined && (await isServedByAWS(context, onRoute)) ? onRoute : undefined;
  const isTold = isSignedByALB(observation) || settings.aws?.options.loadBalancerARN !== undefined;
  if (ingress === undefined && dnsName === undefined && !isTold && !(await hasGates(context)))
    return NOT_APPLICABLE;
  const evidence: ALBEvidence = { ...(ingress && { ingress }), ...(dnsName && { dnsName }) };
  return found(evidence);
};

export const readALBIngresses: SlotReader<'albIngresses'> = async ({ slot, reader }) => {
  const alb = await slot('alb');
  if (!alb.ok) return alb;
  const { ingress, dnsName } = alb.value;
  if (ingress === undefined || dnsName === undefined) return NOT_APPLICABLE;
  return mapLookup(await reader.list('Ingress'), (all) =>
    all.filter((each) => publishedNames(each).includes(dnsName)),
  );
};
