import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import { NO_POD_SERVES } from '../model/consequences.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { KubernetesEvent } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { namesOf, servingPods, weightAmong, workloadOf } from '../model/serving-pods.ts';

const REMEDIES: readonly { readonly pattern: RegExp; readonly remedy: string }[] = [
  {
    pattern: /PersistentVolumeClaim/i,
    remedy: 'Create or bind the PersistentVolumeClaim that the Pods name',
  },
  { pattern: /Insufficient|Too many pods/, remedy: 'Lower the requests of the Pods, or add nodes' },
  { pattern: /untolerated taint/, remedy: 'Tolerate the taint, or add nodes without it' },
  {
    pattern: /affinity|selector/,
    remedy: 'Mend nodeSelector and affinity of the Pods, or label a node accordingly',
  },
  { pattern: /free ports/, remedy: 'Give up the hostPort, or add a node on which it is free' },
  { pattern: /unschedulable/, remedy: 'Uncordon a node, or add nodes' },
];

/** The scheduler's reasons without its counts of nodes, which move by themselves. */
function causesIn(message: string): string {
  const [, list = message] = /nodes are available: (.*?)\.?(?: preemption:.*)?$/s.exec(message) ?? [];
  const causes = list.split(', ').map((cause) => cause.replace(/^\d+ /, ''));
  return [...new Set(causes)].sort(byCodeUnit).join(', ');
}

const remedyFor = (message: string): string =>
  REMEDIES.find(({ pattern }) => pattern.test(message))?.remedy ??
  'Do what the message of the scheduler asks for';

/** Why the scheduler has found no node; undefined for a Pod that has one or was not looked at yet. */
function refusalOf(pod: Pod, events: readonly KubernetesEvent[]): string | undefined {
  const condition = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return undefined;
  const event = eventsAbout('Pod', pod.metadata, events).find(({ reason }) => reason === 'FailedScheduling');
  return condition.message ?? event?.message ?? 'the scheduler gives no reason';
}

const isGated = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );

export const podScheduling = defineCheck({
  id: 'pod-scheduling',
  title: 'The Pods have found a node',
  layer: 'Pod',
  needs: ['pods'],
  wants: ['events'],
  reasons: {
    Unschedulable: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} fit on no node: {causes}',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' get events --field-selector reason=FailedScheduling",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
    SchedulingGated: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} wait for a scheduling gate to be lifted',
      fix: 'Lift the gate in spec.schedulingGates, or start the controller that lifts it',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: NO_POD_SERVES,
    },
  },
  run({ pods, events = [] }, report) {
    const weight = weightAmong(pods);
    return servingPods(pods).flatMap((pod) => {
      const subject = workloadOf(pod, pods);
      const names = namesOf(subject);
      if (isGated(pod)) return [report('SchedulingGated', { subject, slots: names, ...weight })];
      const refusal = refusalOf(pod, events);
      if (refusal === undefined) return [];
      const slots = { ...names, causes: causesIn(refusal), remedy: remedyFor(refusal) };
      return [report('Unschedulable', { subject, slots, evidence: [refusal], ...weight })];
    });
  },
});
