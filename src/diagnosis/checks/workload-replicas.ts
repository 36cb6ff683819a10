import { secondsSince } from '../model/age.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import { eventsAbout } from '../model/events-about.ts';
import type { KubernetesEvent, Workload } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import { namesOf, weightAmong } from '../model/serving-pods.ts';

/** What an API server says when it does not let a controller create a Pod. */
const REFUSALS: readonly { readonly pattern: RegExp; readonly cause: string; readonly remedy: string }[] = [
  {
    pattern: /exceeded quota: ([^,\s]+)/,
    cause: 'ResourceQuota $1 is used up',
    remedy: 'Raise the ResourceQuota, or lower requests and replicas',
  },
  {
    pattern: /failed quota: ([^,:\s]+)/,
    cause: 'ResourceQuota $1 wants requests or limits that the containers do not set',
    remedy: 'Set the requests and limits that the ResourceQuota wants',
  },
  {
    pattern: /serviceaccount "([^"]+)" not found/i,
    cause: 'ServiceAccount $1 does not exist',
    remedy: 'Create the ServiceAccount, or name one that exists',
  },
  {
    pattern: /violates PodSecurity "([^":]+)/,
    cause: 'they violate the Pod security level $1 of the namespace',
    remedy: 'Set the securityContext that the level asks for',
  },
  {
    pattern: /failed calling webhook "([^"]+)"/,
    cause: 'the admission webhook $1 does not answer',
    remedy: 'Mend the webhook, or its failurePolicy',
  },
  {
    pattern: /admission webhook "([^"]+)" denied/,
    cause: 'the admission webhook $1 refuses them',
    remedy: 'Give the Pods what the webhook asks for',
  },
  {
    pattern: /(?:maximum|minimum) (\S+) usage per (?:Container|Pod)/,
    cause: 'their $1 is outside the LimitRange of the namespace',
    remedy: 'Set requests and limits within the LimitRange',
  },
];

function explainRefusal(message: string): { cause: string; remedy: string } {
  for (const { pattern, cause, remedy } of REFUSALS) {
    const match = pattern.exec(message);
    if (match !== null) return { cause: cause.replace('$1', match[1] ?? ''), remedy };
  }
  return { cause: 'the API server refuses them', remedy: 'Do what the message of the API server asks for' };
}

const conditionOf = ({ status }: Workload, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

/** The refusal that still stands; a StatefulSet or DaemonSet has no condition for it, only Events. */
function refusalOf(workload: Workload, events: readonly KubernetesEvent[]): string | undefined {
  const condition = conditionOf(workload, 'ReplicaFailure');
  if (condition?.status === 'True') return condition.message ?? condition.reason;
  const isShort = (workload.status?.replicas ?? 0) < (workload.spec.replicas ?? 1);
  if (workload.kind !== 'StatefulSet' || !isShort) return undefined;
  const about = eventsAbout(workload.kind, workload.metadata, events);
  return about.find(({ reason }) => reason === 'FailedCreate')?.message;
}

/** Autoscalers by the field managers under which they write; all others are people and what they run. */
const AUTOSCALERS: readonly { readonly manager: RegExp; readonly name: string }[] = [
  { manager: /^keda/, name: 'KEDA' },
  { manager: /^kube-controller-manager$/, name: 'a HorizontalPodAutoscaler' },
];

/** Kubernetes acts on a change within this time. */
const PROMPT_SECONDS = 10;

/** Who wrote when Kubernetes began to scale to 0; where no Event tells, whoever scaled last. */
function scaler({ kind, metadata }: Workload, events: readonly KubernetesEvent[]) {
  const writers = [...(metadata.managedFields ?? [])].sort((a, b) => byCodeUnit(b.time ?? '', a.time ?? ''));
  const down = eventsAbout(kind, metadata, events).find(
    ({ reason, message }) => reason === 'ScalingReplicaSet' && / to 0\b/.test(message),
  );
  const prompt = writers.find(({ time, subresource }) => {
    const isOwn = subresource === undefined || subresource === 'scale';
    return down !== undefined && isOwn && Math.abs(secondsSince(time, down.time)) <= PROMPT_SECONDS;
  });
  return prompt ?? writers.find(({ subresource }) => subresource === 'scale');
}

function scaledBy(workload: Workload, events: readonly KubernetesEvent[]): string[] {
  const { manager, time } = scaler(workload, events) ?? {};
  if (manager === undefined) return [];
  const autoscaler = AUTOSCALERS.find((each) => each.manager.test(manager));
  const who = autoscaler === undefined ? manager : `${autoscaler.name} (${manager})`;
  return [`scaled by ${who} at ${time}`];
}

/** A ReplicaSet of a Deployment is not what people scale. */
const isTopMost = ({ metadata }: Workload): boolean => (metadata.ownerReferences ?? []).length === 0;

export const workloadReplicas = defineCheck({
  id: 'workload-replicas',
  title: 'The workloads behind the Service have the Pods that they ask for',
  layer: 'Pod',
  needs: ['workloads', 'pods', 'home'],
  wants: ['events'],
  reasons: {
    ScaledToZero: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{workload} is scaled to 0: no Pod can answer',
      fix: 'Scale {workload} to at least 1, or suspend this probe while it is meant to be down',
      command: "kubectl -n '{namespace}' scale '{object}' --replicas=1",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['NoReadyEndpoints', 'NoEndpoints'],
    },
    ReplicaSetCannotCreatePods: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} cannot be created: {cause}',
      fix: '{remedy}',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['RolloutTakesAllDown', 'RolloutStuck', 'NoReadyEndpoints', 'NoEndpoints'],
    },
    RolloutStuck: {
      severity: 'Error',
      owner: 'Unknown',
      message: 'The rollout of {workload} has made no progress within its deadline',
      fix: 'See why the new Pods do not become ready; undo the rollout if it must serve now',
      command: "kubectl -n '{namespace}' rollout undo '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['NoReadyEndpoints', 'NoEndpoints'],
    },
  },
  run({ workloads, pods, home, events = [] }, report) {
    const topMost = workloads.selected.filter(isTopMost);
    const areAllAtZero = topMost.every(({ spec }) => spec.replicas === 0);
    return topMost.flatMap((workload) => {
      const subject = referenceTo({ ...workload.metadata, kind: workload.kind }, home);
      const names = namesOf(subject);
      const scaled = { subject: { ...subject, field: 'spec.replicas' }, slots: names };
      if (areAllAtZero)
        return [report('ScaledToZero', { ...scaled, observed: '0', evidence: scaledBy(workload, events) })];
      const refusal = refusalOf(workload, events);
      const stuck = conditionOf(workload, 'Progressing');
      const weight = weightAmong(pods);
      const refused = { ...names, ...explainRefusal(refusal ?? '') };
      return [
        ...(refusal === undefined
          ? []
          : [
              report('ReplicaSetCannotCreatePods', {
                subject,
                slots: refused,
                evidence: [refusal],
                ...weight,
              }),
            ]),
        ...(stuck?.reason !== 'ProgressDeadlineExceeded'
          ? []
          : [report('RolloutStuck', { subject, slots: names, ...weight, confidence: 'Low' })]),
      ];
    });
  },
});
