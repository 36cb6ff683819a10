import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { askedPods } from '../model/lateness.ts';
import type { PodMetrics } from '../model/pod-metrics.ts';
import { quantityOf } from '../model/quantity.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf } from '../model/serving-pods.ts';
import type { Severity } from '../model/vocabulary.ts';

/** Usage is a mean over some seconds: a container that is held back at times stays a little below its limit. */
const NEARLY_ALL = 0.9;

type Resource = 'cpu' | 'memory';

/** Whether the container uses nearly all that it may; undefined where nobody measured it or it has no limit. */
function isAtLimit(
  { pod, container }: ServingContainer,
  resource: Resource,
  metrics: readonly PodMetrics[],
): boolean | undefined {
  const limit = quantityOf(container.resources?.limits?.[resource]);
  const measured = metrics.find(({ metadata }) => metadata.name === pod.metadata.name);
  const usage = measured?.containers.find(({ name }) => name === container.name)?.usage;
  const used = quantityOf(usage?.[resource]);
  return limit === undefined || used === undefined ? undefined : used >= limit * NEARLY_ALL;
}

/** Pods that answer in time are not held back; where only some are, it explains only some failures. */
function weightOfCPU(evidence: Parameters<typeof askedPods>[0], areAllAtLimit: boolean): Severity {
  const { slow, quick } = askedPods(evidence);
  if (slow.length === 0 && quick.length > 0) return 'Info';
  return areAllAtLimit ? 'Error' : 'Warning';
}

const podsOf = (containers: readonly ServingContainer[]): ReadonlySet<string> =>
  new Set(containers.map(({ pod }) => pod.metadata.name));

export const podResources = defineCheck({
  id: 'pod-resources',
  title: 'The containers do not use up their CPU and memory',
  layer: 'Pod',
  needs: ['pods', 'podMetrics', 'observation', 'request', 'home'],
  wants: ['endpoints', 'hops'],
  reasons: {
    CPUAtLimit: {
      severity: 'Error',
      owner: 'Both',
      message:
        'Container {container} of {workload} uses all of its CPU limit of {limit} and is held back by it',
      fix: 'Raise the CPU limit of container {container} or the number of Pods, or mend what uses so much',
      command: "kubectl -n '{namespace}' top pod --containers",
      explains: ['Timeout', 504, 408],
      leadsTo: ['ApplicationSlow', 'ApplicationHangs', 'AnswerTooSlow', 'ReadinessTooSlow'],
    },
    MemoryNearLimit: {
      severity: 'Info',
      owner: 'Both',
      message: 'Container {container} of {workload} uses nearly all of its memory limit of {limit}',
      fix: 'Raise the memory limit of container {container} before it is killed, or mend what uses so much',
      command: "kubectl -n '{namespace}' top pod --containers",
      explains: GATEWAY_SYMPTOMS,
    },
  },
  run({ pods, podMetrics, ...evidence }, report) {
    const containers = servingContainers(pods).filter(({ isInit }) => !isInit);
    const having = (resource: Resource, state: boolean) =>
      containers.filter((one) => isAtLimit(one, resource, podMetrics) === state);
    const about = (one: ServingContainer, resource: Resource) => {
      const limit = one.container.resources?.limits?.[resource] ?? '';
      const subject = fieldOf(one.workload, `${one.field}.resources.limits.${resource}`);
      return { subject, slots: { ...one.names, limit }, expected: `less than ${limit}` };
    };
    const busy = having('cpu', true);
    const held = podsOf(busy);
    const areAllAtLimit = [...podsOf(having('cpu', false))].every((name) => held.has(name));
    const severity = weightOfCPU(evidence, areAllAtLimit);
    return [
      ...busy.map((one) => report('CPUAtLimit', { ...about(one, 'cpu'), severity, confidence: 'Medium' })),
      ...having('memory', true).map((one) => report('MemoryNearLimit', about(one, 'memory'))),
    ];
  },
});
