import {
  type AnswerEvidence,
  applicationOf,
  entranceHops,
  routerOf,
  routeState,
} from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { askedPods, isInTime, isLate } from '../model/lateness.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import type { Layer } from '../model/vocabulary.ts';

interface Stuck {
  readonly subject: ObjectReference;
  readonly layer: Layer;
}

/** What the entrance passes on in time, whoever stands before it did not wait for. */
const before = (router: ObjectReference, { observation, request, home }: AnswerEvidence): Stuck =>
  observation.answeredBy?.layer === 'Edge'
    ? { subject: referenceTo({ kind: 'Host', name: request.host }, home), layer: 'Edge' }
    : { subject: router, layer: 'LoadBalancer' };

/** The last hop before the Pods that is seen once more not to pass their answer on in time. */
function stuckAt({
  repeat,
  ...evidence
}: AnswerEvidence & Partial<Pick<Evidence, 'repeat'>>): Stuck | undefined {
  const { hops = [], service } = evidence;
  const isRepeated = repeat !== undefined && isLate(repeat);
  const router = routerOf(evidence);
  const isServiceLate = hops.some(({ hop, observation }) => hop === 'Service' && isLate(observation));
  if (service !== undefined && (isServiceLate || (isRepeated && router === undefined)))
    return { subject: service.reference, layer: 'Network' };
  const entry = entranceHops({ hops });
  if (router === undefined || !(isRepeated || entry.some(({ observation }) => isLate(observation))))
    return undefined;
  return entry.some(({ observation }) => isInTime(observation))
    ? before(router, evidence)
    : { subject: router, layer: 'Ingress' };
}

export const answerOnTime = defineCheck({
  id: 'answer-on-time',
  title: 'What the Pods answer in time arrives in time',
  layer: 'Network',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops', 'repeat'],
  reasons: {
    TimeoutBeforePods: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The Pods of {workload} answer {request} in time; {stuck} does not pass their answer on',
      fix: 'Check time-outs, limits and network between {stuck} and the Pods of {workload}',
      explains: ['Timeout', 504, 524, 503, 'Assertion'],
    },
    AnswerLateOnce: {
      severity: 'Warning',
      owner: 'Unknown',
      layer: 'Unknown',
      message: 'An answer of {workload} to {request} came too late; asked again, it comes in time',
      fix: 'See whether it happens again, and what {workload}, its node and its database did at that moment',
      explains: ['Timeout', 504, 524, 503, 'Assertion'],
    },
  },
  run(evidence, report) {
    const { observation, request, home, repeat } = evidence;
    const { slow, quick, complaining } = askedPods(evidence);
    const isSeenAgain = slow.length + complaining.length > 0;
    if (!isLate(observation) || isSeenAgain || routeState(evidence) !== 'Complete') return [];
    const slots = { workload: applicationOf(evidence).ref, request: `${request.method} ${request.path}` };
    const seen = quick.map(({ ref }) => `${ref}, asked directly, answers in time`);
    const stuck = quick.length === 0 ? undefined : stuckAt(evidence);
    if (stuck !== undefined) {
      const where = { ...slots, stuck: stuck.subject.ref };
      return [report('TimeoutBeforePods', { ...stuck, slots: where, evidence: seen, confidence: 'Medium' })];
    }
    if (quick.length === 0 && !isInTime(repeat)) return [];
    const subject = referenceTo({ kind: 'Host', name: request.host }, home);
    return [report('AnswerLateOnce', { subject, slots, evidence: seen, confidence: 'Low' })];
  },
});
