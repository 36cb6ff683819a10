import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { Evidence } from '../model/evidence.ts';
import { conditionThat, isUnderPressure, isUnready } from '../model/node-conditions.ts';
import type { Pod } from '../model/pod.ts';
import { referenceTo } from '../model/reference.ts';
import { namesOf, servingPods, workloadOf } from '../model/serving-pods.ts';

/** A Pod that was evicted this long before the failures began is not why they did. */
const BEFORE_FAILING_SECONDS = 300;

/** The kubelet evicts for its node's sake in these words; for a limit of the Pod's own it says others. */
const FOR_ITS_NODE =
  /^(?:Pod was rejected: )?The node (?:was low on resource: |had condition: \[)(?<what>[\w-]+)/;

const ownerOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.name;

/** Nobody has taken the Pod's place yet: there is no other one, or its siblings have not even started. */
function isUnreplaced(lost: Pod, serving: readonly Pod[]): boolean {
  const isWaiting = ({ status }: Pod): boolean => status.phase === 'Pending';
  const isSibling = (pod: Pod): boolean => ownerOf(pod) !== undefined && ownerOf(pod) === ownerOf(lost);
  return serving.every((pod) => isWaiting(pod) && isSibling(pod));
}

type Seen = Pick<Evidence, 'pods' | 'nodes' | 'failingSince' | 'observation'> &
  Partial<Pick<Evidence, 'events'>>;

/** A node as it was left, or that does not let go: the Pod whose place nobody has taken, and what the node says of itself. */
interface Loss {
  readonly reason: 'NodeLost' | 'PodsEvicted' | 'PodDoesNotEnd';
  readonly pod: Pod;
  readonly node: string;
  readonly cause: string;
  readonly evidence: readonly string[];
}

/** A node that does not answer never confirms that a Pod has ended: its name and volumes are not given free. */
function held(pod: Pod, { nodes }: Seen): Loss[] {
  const { nodeName: node = '' } = pod.spec;
  const condition = conditionThat(isUnready, nodes.get(node));
  if (pod.metadata.deletionTimestamp === undefined || condition === undefined) return [];
  const cause = condition.reason ?? condition.type;
  const said = `${condition.type} is ${condition.status}: ${condition.message ?? 'no message'}`;
  const waits = `Pod ${pod.metadata.name} is deleted, and node ${node} does not confirm that it has ended`;
  return [{ reason: 'NodeLost', pod, node, cause, evidence: [waits, said] }];
}

/** It should have ended at this time, grace included; what comes after is the node's to confirm. */
const OVERDUE_SECONDS = 60;

/** A node at work that cannot stop a Pod's process or give its volumes free keeps its name all the same. */
function overdue(pod: Pod, { nodes, observation, events = [] }: Seen): Loss[] {
  const { nodeName: node = '' } = pod.spec;
  const { name, deletionTimestamp } = pod.metadata;
  const isAtWork = nodes.has(node) && conditionThat(isUnready, nodes.get(node)) === undefined;
  if (deletionTimestamp === undefined || !isAtWork) return [];
  if (secondsSince(deletionTimestamp, observation.time) < OVERDUE_SECONDS) return [];
  const waits = `Pod ${name} was to end by ${deletionTimestamp}`;
  const told = eventsAbout('Pod', pod.metadata, events).filter(({ type }) => type === 'Warning');
  const evidence = [waits, ...told.slice(0, 2).map(({ reason, message }) => `${reason}: ${message}`)];
  return [{ reason: 'PodDoesNotEnd', pod, node, cause: '', evidence }];
}

/** When the kubelet ended a Pod. */
const endOf = ({ status }: Pod): string | undefined =>
  status.conditions?.find(({ type }) => type === 'DisruptionTarget')?.lastTransitionTime ??
  status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;

function evicted(pod: Pod, { nodes, failingSince }: Seen): Loss[] {
  const { nodeName: node = '' } = pod.spec;
  const { reason, message = '' } = pod.status;
  const { what: cause } = FOR_ITS_NODE.exec(message)?.groups ?? {};
  if (reason !== 'Evicted' || cause === undefined || node === '') return [];
  const pressure = conditionThat(isUnderPressure, nodes.get(node));
  const isRecent = secondsSince(endOf(pod), failingSince) < BEFORE_FAILING_SECONDS;
  if (pressure === undefined && !isRecent) return [];
  const said =
    pressure === undefined ? [] : [`${pressure.type} is True: ${pressure.message ?? 'no message'}`];
  return [{ reason: 'PodsEvicted', pod, node, cause, evidence: [message, ...said] }];
}

export const podReplacement = defineCheck({
  id: 'pod-replacement',
  title: 'Pods that their node has lost or evicted are replaced',
  layer: 'Node',
  needs: ['pods', 'nodes', 'failingSince', 'observation', 'home'],
  wants: ['events'],
  reasons: {
    NodeLost: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Node {node} is not ready ({cause}) and holds a Pod of {workload} whose place no other has taken',
      fix: 'Bring node {node} back; if it is gone for good, delete it, so that its Pods and volumes are given free',
      command: "kubectl describe node '{node}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['VolumeNotMounted', 'Unschedulable', ...NO_POD_SERVES],
    },
    PodsEvicted: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Node {node} ran short of {cause} and evicted Pods of {workload}, whose place no other has taken',
      fix: 'Free {cause} on node {node}, or give {workload} room on other nodes and requests that fit its use',
      command: "kubectl describe node '{node}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['Unschedulable', ...NO_POD_SERVES],
    },
    PodDoesNotEnd: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Pod',
      message:
        'A Pod of {workload} is being deleted and does not end on node {node}, and no other has taken its place',
      fix: 'See in its Events and in its finalizers what keeps the Pod: a volume that cannot be unmounted, a runtime that does not stop it; delete it by force once its process is gone',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['VolumeNotMounted', 'Unschedulable', ...NO_POD_SERVES],
    },
  },
  run({ home, ...seen }, report) {
    const { pods } = seen;
    const serving = servingPods(pods);
    const lost = pods.pods.filter((pod) => !serving.includes(pod) && isUnreplaced(pod, serving));
    const losses = lost.flatMap((pod) => [...held(pod, seen), ...evicted(pod, seen), ...overdue(pod, seen)]);
    return losses.map(({ reason, pod, node, cause, evidence }) =>
      report(reason, {
        subject:
          reason === 'PodDoesNotEnd'
            ? workloadOf(pod, pods)
            : referenceTo({ kind: 'Node', name: node }, home),
        slots: { ...namesOf(workloadOf(pod, pods)), node, cause },
        evidence,
        // What else keeps a successor from starting is nearer.
        confidence: 'Medium',
      }),
    );
  },
});
