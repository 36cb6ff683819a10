import { type ALBEvidence, NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Ingress } from '../../diagnosis/model/kubernetes.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { Observation } from '../../diagnosis/model/observation.ts';
import { namedClass } from '../../diagnosis/topology/ingress-class.ts';
import { isLoadBalancerHost } from '../../diagnosis/topology/load-balancer-names.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';

const CONTROLLERS: ReadonlySet<string | undefined> = new Set([
  'ingress.k8s.aws/alb',
  'eks.amazonaws.com/alb',
]);
const GROUP_NAME = 'alb.ingress.kubernetes.io/group.name';
const TARGET_HEALTH = 'target-health.elbv2.k8s.aws/';

const groupOf = ({ metadata }: Ingress): string | undefined => metadata.annotations?.[GROUP_NAME];

const hostnamesOf = (object: { readonly status?: Ingress['status'] } | undefined): readonly string[] =>
  (object?.status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []);

/** The Ingress on the way where AWS' controller serves it. */
async function servedIngress({ slot }: SlotContext): Promise<Ingress | undefined> {
  const route = await slot('ingress');
  if (!route.ok) return undefined;
  const ingress = route.value.match?.ingress ?? route.value.candidates[0];
  if (ingress === undefined) return undefined;
  if (namedClass(ingress) === 'alb' || hostnamesOf(ingress).some(isLoadBalancerHost)) return ingress;
  const served = await slot('ingressClass');
  return served.ok && CONTROLLERS.has(served.value.ingressClass?.spec.controller) ? ingress : undefined;
}

/** Ingresses of one group share a load balancer, whatever their namespace. */
async function groupFor({ reader }: SlotContext, ingress: Ingress | undefined): Promise<readonly Ingress[]> {
  if (ingress === undefined) return [];
  const name = groupOf(ingress);
  const listed = name === undefined ? undefined : await reader.list('Ingress');
  if (!listed?.ok) return [ingress];
  return listed.value.filter((each) => groupOf(each) === name);
}

/** The load balancer's own name: of the Ingress, the host that was asked, or the Service. */
async function dnsNameOf({ slot }: SlotContext, ingress: Ingress | undefined): Promise<string | undefined> {
  const [request, service] = await Promise.all([slot('request'), slot('service')]);
  const names = [
    ...hostnamesOf(ingress),
    ...(request.ok ? [request.value.host] : []),
    ...(service.ok ? hostnamesOf(service.value.service) : []),
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

/** By its own mark, also on the page for what AWS WAF blocks. */
const isTellingAnswer = ({ answeredBy, headers }: Observation): boolean =>
  answeredBy?.product === 'ALB' || (headers.server?.startsWith('awselb/') ?? false);

/** Applies only where something shows a load balancer of AWS on the way; a probe of a Service goes past it. */
export const readALB: SlotReader<'alb'> = async (context) => {
  const { probe, observation, settings } = context;
  if (probe.target.kind === 'Service') return NOT_APPLICABLE;
  const ingress = await servedIngress(context);
  const [group, dnsName] = await Promise.all([groupFor(context, ingress), dnsNameOf(context, ingress)]);
  const isTold = isTellingAnswer(observation) || settings.aws?.options.loadBalancerARN !== undefined;
  if (ingress === undefined && dnsName === undefined && !isTold && !(await hasGates(context)))
    return NOT_APPLICABLE;
  const evidence: ALBEvidence = { ...(ingress && { ingress }), group, ...(dnsName && { dnsName }) };
  return found(evidence);
};
