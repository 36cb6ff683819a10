import ipaddr from 'ipaddr.js';
import { byCodeUnit } from '../model/code-unit.ts';
import { portNumber } from '../model/container-ports.ts';
import type { LabelSelector } from '../model/kubernetes.ts';
import type {
  NetworkPolicy,
  NetworkPolicyEvidence,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../model/network-policy.ts';
import type { Pod } from '../model/pod.ts';
import { matchesSelector } from './selectors.ts';

export type Direction = 'Ingress' | 'Egress';

/** One connection to a Pod; without `from` its sender is nobody whom the cluster knows. */
export interface Flow {
  readonly from?: Pod;
  /** Its sender is no Pod at all: selectors do not take it, and any block of addresses may. */
  readonly isFromOutside?: boolean;
  readonly to: Pod;
  readonly port: number;
  readonly protocol: string;
}

/** One of the two ends of a flow, as a policy sees it. */
interface View {
  readonly own: Pod | undefined;
  readonly peer: Pod | undefined;
  readonly isPeerOutside: boolean;
}

interface Rule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

type Policies = Pick<NetworkPolicyEvidence, 'policies' | 'namespaceLabels'>;

/** Unset types mean Ingress, and Egress too where there are rules for it, as the API server fills them in. */
export const policyTypes = ({ spec }: NetworkPolicy): readonly string[] =>
  spec.policyTypes ?? ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])];

const rulesOf = ({ spec }: NetworkPolicy, direction: Direction): readonly Rule[] =>
  direction === 'Ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));

const viewOf = ({ from, to, isFromOutside = false }: Flow, direction: Direction): View =>
  direction === 'Ingress'
    ? { own: to, peer: from, isPeerOutside: isFromOutside }
    : { own: from, peer: to, isPeerOutside: false };

/** Whether a policy speaks of a Pod, in whatever direction. */
export const takesPod = ({ metadata, spec }: NetworkPolicy, pod: Pod | undefined): boolean =>
  pod !== undefined &&
  metadata.namespace === pod.metadata.namespace &&
  matchesSelector(spec.podSelector ?? {}, pod.metadata.labels);

/** Names of ports are those of the Pod that is connected to, in either direction. */
function takesPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, flow: Flow): boolean {
  if (protocol !== flow.protocol) return false;
  const first = portNumber(flow.to, port, protocol);
  if (first === undefined) return port === undefined;
  return endPort === undefined ? flow.port === first : flow.port >= first && flow.port <= endPort;
}

const takesPorts = ({ ports }: Rule, flow: Flow): boolean =>
  ports.length === 0 || ports.some((port) => takesPort(port, flow));

function isWithin(address: string, cidr: string): boolean {
  if (!ipaddr.isValid(address) || !ipaddr.isValidCIDR(cidr)) return false;
  const parsed = ipaddr.parse(address);
  const [network, length] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}

const addressesOf = ({ status }: Pod): readonly string[] => [
  ...new Set([...(status.podIPs ?? []).map(({ ip }) => ip), ...(status.podIP ? [status.podIP] : [])]),
];

function takesAddress({ ipBlock }: NetworkPolicyPeer, pod: Pod): boolean {
  if (ipBlock === undefined) return false;
  const { cidr, except = [] } = ipBlock;
  return addressesOf(pod).some(
    (address) => isWithin(address, cidr) && !except.some((range) => isWithin(address, range)),
  );
}

/** Written by Kubernetes on every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

const keysOf = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly string[] => [
  ...Object.keys(matchLabels),
  ...matchExpressions.map(({ key }) => key),
];

/** A namespace that was not seen may carry any other labels. */
function takesNamespace(
  selector: LabelSelector,
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const isDoubtful = labels === undefined && keysOf(selector).some((key) => key !== NAME_LABEL);
  return isDoubtful || matchesSelector(selector, { [NAME_LABEL]: namespace, ...labels });
}

function takesLabels(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  policy: NetworkPolicy,
  pod: Pod,
  labels: Policies['namespaceLabels'],
): boolean {
  if (ipBlock !== undefined || !matchesSelector(podSelector ?? {}, pod.metadata.labels)) return false;
  const { namespace = '' } = pod.metadata;
  return namespaceSelector === undefined
    ? namespace === policy.metadata.namespace
    : takesNamespace(namespaceSelector, namespace, labels.get(namespace));
}

/** Whoever is not known may have any address and carry any labels. */
function takesPeer(
  { peers }: Rule,
  policy: NetworkPolicy,
  { peer, isPeerOutside }: View,
  { namespaceLabels }: Policies,
): boolean {
  if (isPeerOutside) return peers.length === 0 || peers.some(({ ipBlock }) => ipBlock !== undefined);
  if (peers.length === 0 || peer === undefined) return true;
  return peers.some((one) => takesAddress(one, peer) || takesLabels(one, policy, peer, namespaceLabels));
}

/** How near a policy that does not admit the flow comes to it: 0 where a rule has its port or its peer. */
function distance(policy: NetworkPolicy, direction: Direction, flow: Flow, policies: Policies): number {
  const rules = rulesOf(policy, direction);
  const view = viewOf(flow, direction);
  const isNear = rules.some((rule) => takesPorts(rule, flow) || takesPeer(rule, policy, view, policies));
  if (isNear) return 0;
  return rules.length === 0 ? 1 : 2;
}

/**
 * The policies that keep a flow out together, the one that was meant to admit it first; empty where one of them admits
 * it, or none takes the Pod. A Pod in the network of its node is none that policies are made for.
 */
export function blockingPolicies(
  flow: Flow,
  direction: Direction,
  policies: Policies,
): readonly NetworkPolicy[] {
  const view = viewOf(flow, direction);
  if (view.own?.spec.hostNetwork === true) return [];
  const taking = policies.policies.filter(
    (policy) => policyTypes(policy).includes(direction) && takesPod(policy, view.own),
  );
  const isAdmitted = taking.some((policy) =>
    rulesOf(policy, direction).some(
      (rule) => takesPorts(rule, flow) && takesPeer(rule, policy, view, policies),
    ),
  );
  if (isAdmitted) return [];
  const weighed = taking.map((policy) => ({ policy, weight: distance(policy, direction, flow, policies) }));
  return weighed
    .sort((a, b) => a.weight - b.weight || byCodeUnit(a.policy.metadata.name, b.policy.metadata.name))
    .map(({ policy }) => policy);
}
