import { isAtPods, isRouted } from '../model/at-pods.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import type { NetworkPolicy, NetworkPolicyEvidence } from '../model/network-policy.ts';
import type { Pod } from '../model/pod.ts';
import { referenceTo } from '../model/reference.ts';
import type { Dial, HopAnswer, RouteEndpoint } from '../model/route-evidence.ts';
import { hasCondition, namesOf, servingPods, workloadOf } from '../model/serving-pods.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';
import { mayReachNone, sendsToPods } from '../topology/alb-targets.ts';
import { blockingPolicies, type Direction, type Flow } from '../topology/network-policies.ts';

/** A Pod that gets requests, and where. */
interface Destination {
  readonly pod: Pod;
  readonly address: string;
  readonly port: number;
}

type Known = Pick<Evidence, 'networkPolicies' | 'service' | 'observation'> & {
  readonly hops: readonly HopAnswer[];
  readonly dials: readonly Dial[];
  /** Sent by a load balancer outside the cluster, straight to the addresses of the Pods. */
  readonly isFromOutside: boolean;
};

/** One that waits for the load balancer's word alone gets its health checks already. */
const destinations = (
  pods: readonly Pod[],
  endpoints: readonly RouteEndpoint[],
  isFromOutside: boolean,
): readonly Destination[] =>
  pods.flatMap((pod) => {
    const isAsked = isFromOutside && hasCondition(pod, 'ContainersReady');
    const endpoint = endpoints.find(
      ({ ready, podName }) => (ready || isAsked) && podName === pod.metadata.name,
    );
    const { address = '', port } = endpoint ?? {};
    return port === undefined ? [] : [{ pod, address, port }];
  });

/** From nobody in particular where the senders are not known. */
const flowsTo = (senders: readonly Pod[], flow: Flow): readonly Flow[] =>
  senders.length === 0 ? [flow] : senders.map((from) => ({ ...flow, from }));

/** What keeps every one of the senders out; empty where one of them comes through. */
function blocking(
  senders: readonly Pod[],
  destination: Destination,
  direction: Direction,
  { networkPolicies, service, isFromOutside }: Known,
): readonly NetworkPolicy[] {
  const { pod: to, port } = destination;
  const { protocol = 'TCP' } = service.port ?? {};
  const each = flowsTo(senders, { to, port, protocol, isFromOutside }).map((flow) =>
    blockingPolicies(flow, direction, networkPolicies),
  );
  return each.every((policies) => policies.length > 0) ? (each[0] ?? []) : [];
}

/** Whether statusprobe itself came through to the Pod: a refusal may be the policy's own. */
function isReached({ address, port }: Destination, { hops, dials }: Known): boolean {
  const isHere = (other: { address: string; port: number }) =>
    other.address === address && other.port === port;
  return (
    dials.some((dial) => isHere(dial) && dial.result === 'Open') ||
    hops.some((hop) => hop.hop === 'Pod' && isHere(hop) && hop.observation.failure?.phase !== 'Connect')
  );
}

const isSlow = ({ address }: Destination, { hops }: Known): boolean =>
  hops.some((hop) => hop.address === address && hop.observation.failure?.phase === 'Wait');

const isTimedOut = ({ address }: Destination, { hops, dials, observation }: Known): boolean =>
  dials.some((dial) => dial.address === address && dial.result === 'Timeout') ||
  [observation, ...hops.filter((hop) => hop.address === address).map((hop) => hop.observation)].some(
    ({ failure }) => failure?.reason === 'ConnectTimeout',
  );

/** What the operator's own way to the Pod says: its dial is kept out too, or shows that nobody else's is. */
function testimony(destination: Destination, known: Known): Confidence {
  const { operators } = known.networkPolicies;
  // An operator that is nowhere in the cluster may come the same way as the load balancer.
  const way = { ...known, isFromOutside: known.isFromOutside && operators.length === 0 };
  const isKeptOut = blocking(operators, destination, 'Ingress', way).length > 0;
  if (isReached(destination, known)) {
    if (isKeptOut) return 'Low';
    return isSlow(destination, known) ? 'Medium' : 'High';
  }
  return isKeptOut && isTimedOut(destination, known) ? 'High' : 'Medium';
}

interface Block {
  readonly culprit: NetworkPolicy;
  readonly others: readonly NetworkPolicy[];
  readonly destination: Destination;
  readonly severity: Severity;
  readonly confidence: Confidence;
}

function blockIn(direction: Direction, all: readonly Destination[], known: Known): Block | undefined {
  const { senders }: NetworkPolicyEvidence = known.networkPolicies;
  const blocked = all.flatMap((destination) => {
    const policies = blocking(senders, destination, direction, known);
    return policies.length === 0 ? [] : [{ destination, policies }];
  });
  const [first] = blocked;
  const [culprit, ...others] = first?.policies ?? [];
  if (first === undefined || culprit === undefined) return undefined;
  const said = blocked.map(({ destination }) => testimony(destination, known));
  const confidence = said.find((each) => each === 'Low') ?? said.find((each) => each === 'Medium') ?? 'High';
  const isProved = blocked.length === all.length && confidence !== 'Low';
  return {
    culprit,
    others,
    destination: first.destination,
    severity: isProved ? 'Error' : 'Warning',
    confidence,
  };
}

const REASONS = { Ingress: 'NetworkPolicyBlocksIngress', Egress: 'NetworkPolicyBlocksEgress' } as const;

const FOLLOWING = [
  'ApplicationSlow',
  'TimeoutBeforePods',
  'AnswerLateOnce',
  'NoLocalEndpoint',
  ...TARGETS_UNHEALTHY,
] as const;

function senderOf({ service, isFromOutside }: Known): string {
  if (isFromOutside) return 'the load balancer';
  return isRouted(service) ? 'the ingress controller' : 'the probe';
}

export const networkPolicy = defineCheck({
  id: 'network-policy',
  title: 'The NetworkPolicies let the request through to the Pods',
  layer: 'Network',
  needs: ['networkPolicies', 'service', 'endpoints', 'pods', 'observation', 'home'],
  wants: ['hops', 'dials', 'alb', 'targetGroups', 'targetGroupBindings'],
  reasons: {
    NetworkPolicyBlocksIngress: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'NetworkPolicy {policy} does not let {sender} in to port {port} of {workload}',
      fix: 'Let NetworkPolicy {policy} admit {sender} to port {port} of {workload}',
      command: "kubectl -n '{namespace}' get networkpolicy '{policy}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: FOLLOWING,
    },
    NetworkPolicyBlocksEgress: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'NetworkPolicy {policy} does not let {sender} out to port {port} of {workload}',
      fix: 'Let NetworkPolicy {policy} allow egress of {sender} to port {port} of {workload}',
      command: "kubectl -n '{namespace}' get networkpolicy '{policy}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: FOLLOWING,
    },
  },
  run({ endpoints, pods, home, hops = [], dials = [], ...rest }, report) {
    const seen = { ...rest, pods };
    const isFromOutside = rest.networkPolicies.senders.length === 0 && sendsToPods(seen);
    const known: Known = { ...rest, hops, dials, isFromOutside };
    if (!isAtPods(rest.service, rest.observation)) return [];
    if (isFromOutside && !mayReachNone(seen, rest.observation.code)) return [];
    const all = destinations(servingPods(pods), endpoints, isFromOutside);
    const sender = senderOf(known);
    return (['Ingress', 'Egress'] as const).flatMap((direction) => {
      const block = blockIn(direction, all, known);
      if (block === undefined) return [];
      const { culprit, others, destination, severity, confidence } = block;
      const { name: policy, namespace = home } = culprit.metadata;
      const { workload } = namesOf(workloadOf(destination.pod, pods));
      return [
        report(REASONS[direction], {
          subject: referenceTo({ kind: 'NetworkPolicy', namespace, name: policy }, home),
          slots: { policy, namespace, sender, port: destination.port, workload },
          evidence: others.map(({ metadata }) => `NetworkPolicy ${metadata.name} does not either`),
          severity,
          confidence,
        }),
      ];
    });
  },
});
