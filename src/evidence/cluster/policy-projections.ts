import type { HorizontalPodAutoscaler } from '../../diagnosis/model/autoscaler.ts';
import type { LabelSelector } from '../../diagnosis/model/kubernetes.ts';
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../diagnosis/model/network-policy.ts';
import { CONDITIONS, OBJECT } from './projections.ts';
import type { Shape } from './shape.ts';

const SELECTOR: Shape<LabelSelector> = {
  matchLabels: true,
  matchExpressions: [{ key: true, operator: true, values: true }],
};

const PEERS: readonly [Shape<NetworkPolicyPeer>] = [
  { podSelector: SELECTOR, namespaceSelector: SELECTOR, ipBlock: { cidr: true, except: true } },
];

const PORTS: readonly [Shape<NetworkPolicyPort>] = [{ protocol: true, port: true, endPort: true }];

export const NETWORK_POLICY: Shape<NetworkPolicy> = {
  ...OBJECT,
  spec: {
    podSelector: SELECTOR,
    policyTypes: true,
    ingress: [{ from: PEERS, ports: PORTS }],
    egress: [{ to: PEERS, ports: PORTS }],
  },
};

export const HORIZONTAL_POD_AUTOSCALER: Shape<HorizontalPodAutoscaler> = {
  ...OBJECT,
  spec: { scaleTargetRef: { kind: true, name: true }, minReplicas: true, maxReplicas: true },
  status: { currentReplicas: true, desiredReplicas: true, lastScaleTime: true, conditions: CONDITIONS },
};
