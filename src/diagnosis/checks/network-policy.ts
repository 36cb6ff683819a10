import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import type { Dial, Evidence, HopAnswer, RouteEndpoint, ServiceEvidence } from '../model/evidence.ts';
import type { NetworkPolicy, NetworkPolicyEvidence } from '../model/network-policy.ts';
import { answeredByApplication, type Observation, type Phase } from '../model/observation.ts';
import type { Pod } from '../model/pod.ts';
import { referenceTo } from '../model/reference.ts';
import { namesOf, servingPods, workloadOf } from '../model/serving-pods.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';
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
};

const BEFORE_THE_INGRESS: readonly (Phase | undefined)[] = ['Resolve', 'Connect', 'TLS', 'Send'];

const isRouted = ({ askedBy: { kind } }: ServiceEvidence): boolean =>
  kind === 'Ingress' || kind === 'HTTPRoute';

/** Whether the failure can be that of a connection to the Pods: neither before it was tried nor after it stood. */
function isAtPods(service: ServiceEvidence, observation: Observation): boolean {
  const phase = observation.failure?.phase;
  if (!isRouted(service)) return phase === 'Connect';
  return !BEFORE_THE_INGRESS.includes(phase) && !answeredByApplication(observation);
}

const destinations = (pods: readonly Pod[], endpoints: readonly RouteEndpoint[]): readonly Destination[] =>
  pods.flatMap((pod) => {
    const endpoint = endpoints.find(({ ready, podName }) => ready && podName === pod.metadata.name);
    const { address = '', port } = endpoint ?? {};
    return port === undefined ? [] : [{ pod, address, port }];
  });

/** From nobody in particular where the senders are not known. */
const flowsTo = (senders: readonly Pod[], { pod, port }: Destination, protocol: string): readonly Flow[] => {
  const flow = { to: pod, port, protocol };
  return senders.length === 0 ? [flow] : senders.map((from) => ({ ...flow, from }));
};

/** What keeps every one of the senders out; empty where one of them comes through. */
function blocking(
  senders: readonly Pod[],
  destination: Destination,
  direction: Direction,
  { networkPolicies, service }: Known,
): readonly NetworkPolicy[] {
  const { protocol = 'TCP' } = service.port ?? {};
  const each = flowsTo(senders, destination, protocol).map((flow) =>
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
  const isKeptOut = blocking(operators, destination, 'Ingress', known).length > 0;
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

export const networkPolicy = defineCheck({
  id: 'network-policy',
  title: 'The NetworkPolicies let the request through to the Pods',
  layer: 'Network',
  needs: ['networkPolicies', 'service', 'endpoints', 'pods', 'observation', 'home'],
  wants: ['hops', 'dials'],
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
    const known: Known = { ...rest, hops, dials };
    if (!isAtPods(rest.service, rest.observation)) return [];
    const all = destinations(servingPods(pods), endpoints);
    const sender = isRouted(rest.service) ? 'the ingress controller' : 'the probe';
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
