import { secondsSince } from '../model/age.ts';
import type { AnswerEvidence } from '../model/answering.ts';
import { inability, isAtMaximum } from '../model/autoscaler.ts';
import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { latencyBeside } from '../model/health-answer.ts';
import { askedPods, isTooLate } from '../model/lateness.ts';
import type { PodMetrics } from '../model/pod-metrics.ts';
import { quantityOf } from '../model/quantity.ts';
import type { PodsEvidence, RouteEndpoint } from '../model/route-evidence.ts';
import { type ServingContainer, servingContainers } from '../model/serving-containers.ts';
import { fieldOf } from '../model/serving-pods.ts';

/** Usage is a mean over some seconds: a container that is held back at times stays a little below its limit. */
const NEARLY_ALL = 0.9;

/** What was measured this long ago tells nothing of the request. */
const RECENT_SECONDS = 120;

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

const podOf = ({ pod }: ServingContainer): string => pod.metadata.name;

/** What one thread can use, of however many cores. */
const ONE_THREAD = 1;

/** One thread alone brings it to its limit, and is not held back there. */
function isOneThread({ container }: ServingContainer): boolean {
  const cores = quantityOf(container.resources?.limits?.cpu) ?? 0;
  return cores >= ONE_THREAD && cores * NEARLY_ALL <= ONE_THREAD;
}

type Seen = AnswerEvidence & Partial<Pick<Evidence, 'health' | 'repeat' | 'autoscalers'>>;

/** Whether the Pods answer nobody, not even who asks for their health, and no autoscaler has seen more requests than they can take. */
function isDeaf({ health = [], repeat, autoscalers, ...evidence }: Seen): boolean | undefined {
  const { observation } = evidence;
  const { slow, quick, complaining } = askedPods(evidence);
  const isAnswered = quick.length + complaining.length > 0 || (repeat !== undefined && !isTooLate(repeat));
  const isAlive = health.some((one) => latencyBeside(one, observation) === 'Quick');
  const isOverloaded = autoscalers?.some((one) => isAtMaximum(one) || inability(one) !== undefined);
  if (isAnswered || isAlive || isOverloaded) return false;
  const silent = health.filter((one) => latencyBeside(one, observation) === 'None');
  const isSilent = slow.every(({ podName }) => silent.some((one) => one.podName === podName));
  const isLookedAt = slow.length > 0 && repeat !== undefined && autoscalers !== undefined;
  return isLookedAt && isSilent ? true : undefined;
}

/** How heavy it is that these Pods are held back: those that answer in time are not slow for it. */
function severityOfCPU(evidence: Seen, busy: readonly ServingContainer[], measured: readonly string[]) {
  const { slow, quick } = askedPods(evidence);
  if (slow.length === 0 && quick.length > 0) return 'Info';
  const held = new Set(busy.map(podOf));
  const inTrouble = slow.length > 0 ? slow.map(({ podName = '' }) => podName) : measured;
  return inTrouble.every((name) => held.has(name)) ? 'Error' : 'Warning';
}

/** A thread that has a core to itself and answers nobody is held up by what it does, not by the limit. */
function weightOfCPU(evidence: Seen, busy: readonly ServingContainer[], measured: readonly string[]) {
  const deaf = busy.every(isOneThread) ? isDeaf(evidence) : false;
  const severity = deaf === true ? 'Warning' : severityOfCPU(evidence, busy, measured);
  return { severity, confidence: deaf === undefined ? 'Low' : 'Medium' } as const;
}

/** Containers that take requests: where it can be told, a log shipper beside them makes nobody wait. */
function answering(pods: PodsEvidence, endpoints: readonly RouteEndpoint[]): readonly ServingContainer[] {
  const used = new Set(endpoints.map(({ port }) => port));
  const all = servingContainers(pods).filter(({ isInit }) => !isInit);
  const isDeclared = ({ container: { ports = [] } }: ServingContainer) =>
    ports.some(({ containerPort }) => used.has(containerPort));
  const named = all.filter(isDeclared);
  return all.filter((one) => isDeclared(one) || !named.some((other) => podOf(other) === podOf(one)));
}

export const podResources = defineCheck({
  id: 'pod-resources',
  title: 'The containers do not use up their CPU and memory',
  layer: 'Pod',
  needs: ['pods', 'podMetrics', 'endpoints', 'observation', 'request', 'home'],
  wants: ['hops', 'health', 'repeat', 'autoscalers'],
  reasons: {
    CPUAtLimit: {
      severity: 'Error',
      owner: 'Both',
      message: 'Container {container} of {workload} uses all of its CPU limit and is held back by it',
      fix: 'Raise the CPU limit of container {container} or the number of Pods, or mend what uses so much',
      command: "kubectl -n '{namespace}' top pod --containers",
      explains: ['Timeout', 504, 408],
      leadsTo: [
        'ApplicationSlow',
        'ApplicationHangs',
        'AnswerTooSlow',
        'ReadinessTooSlow',
        'AutoscalerAtMaximum',
      ],
    },
    MemoryNearLimit: {
      severity: 'Info',
      owner: 'Both',
      message: 'Container {container} of {workload} uses nearly all of its memory limit',
      fix: 'Raise the memory limit of container {container} before it is killed, or mend what uses so much',
      command: "kubectl -n '{namespace}' top pod --containers",
      explains: GATEWAY_SYMPTOMS,
    },
  },
  run({ pods, podMetrics, ...evidence }, report) {
    const { observation, endpoints } = evidence;
    const recent = podMetrics.filter(
      ({ timestamp }) => secondsSince(timestamp, observation.time) < RECENT_SECONDS,
    );
    const about = (one: ServingContainer, resource: Resource) => ({
      subject: fieldOf(one.workload, `${one.field}.resources.limits.${resource}`),
      slots: one.names,
      evidence: [`limits.${resource}: ${one.container.resources?.limits?.[resource]}`],
    });
    const containers = answering(pods, endpoints);
    const measured = containers.filter((one) => isAtLimit(one, 'cpu', recent) !== undefined);
    const busy = measured.filter((one) => isAtLimit(one, 'cpu', recent));
    const weight = weightOfCPU(evidence, busy, measured.map(podOf));
    const full = containers.filter((one) => isAtLimit(one, 'memory', recent));
    return [
      ...busy.map((one) => report('CPUAtLimit', { ...about(one, 'cpu'), ...weight })),
      ...full.map((one) => report('MemoryNearLimit', about(one, 'memory'))),
    ];
  },
});
