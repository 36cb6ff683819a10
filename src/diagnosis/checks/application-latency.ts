import { type AnswerEvidence, applicationOf, isDirect, podHops, routeState } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Dial, HopAnswer } from '../model/evidence.ts';
import type { Observation } from '../model/observation.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { namesOf } from '../model/serving-pods.ts';
import type { Confidence, Layer } from '../model/vocabulary.ts';

/** The connection stood and the request was sent: whoever took it is slow. */
const SLOW: ReadonlySet<string | undefined> = new Set(['HeaderTimeout', 'BodyTimeout']);

const isSlow = ({ failure }: Observation): boolean => SLOW.has(failure?.reason);

const isTooLate = (observation: Observation): boolean => isSlow(observation) || observation.code === 504;

/** The Pods that were asked directly, by how they fared; one that could not be reached proves nothing. */
function askedPods(evidence: AnswerEvidence) {
  const hops = podHops(evidence);
  return {
    slow: hops.filter(({ observation }) => isSlow(observation)),
    quick: hops.filter(({ observation }) => observation.code !== undefined && !isTooLate(observation)),
  };
}

/** Without an answer of the Pods themselves: only who took the connection tells. */
function guess(evidence: AnswerEvidence, dials: readonly Dial[]): Confidence | undefined {
  const used = dials.filter(({ alternative }) => !alternative);
  if (routeState(evidence) !== 'Complete' || podHops(evidence).length > 0) return undefined;
  if (isDirect(evidence)) return evidence.observation.code === 504 ? undefined : 'High';
  if (used.some(({ result }) => result === 'Open')) return 'Medium';
  return used.length === 0 ? 'Low' : undefined;
}

function slowness(evidence: AnswerEvidence, dials: readonly Dial[]): Confidence | undefined {
  const { slow, quick } = askedPods(evidence);
  if (slow.length === 0) return guess(evidence, dials);
  return quick.length === 0 ? 'High' : 'Medium';
}

/** The last hop before the Pods that does not pass their answer on in time. */
function stuckAt(evidence: AnswerEvidence): { subject: ObjectReference; layer: Layer } | undefined {
  const { hops = [], service, ingress, home } = evidence;
  const metadata = ingress?.match?.ingress.metadata;
  const ofKind = (kind: HopAnswer['hop']) => hops.filter(({ hop }) => hop === kind);
  const isServiceLate = ofKind('Service').some(({ observation }) => isTooLate(observation));
  if (service !== undefined && (isServiceLate || metadata === undefined))
    return { subject: service.reference, layer: 'Network' };
  if (metadata === undefined) return undefined;
  const isPassed = ofKind('Ingress').some(
    ({ observation }) => observation.code !== undefined && !isTooLate(observation),
  );
  const subject = referenceTo({ kind: 'Ingress', ...metadata }, home);
  return { subject, layer: isPassed ? 'LoadBalancer' : 'Ingress' };
}

export const applicationLatency = defineCheck({
  id: 'application-latency',
  title: 'The application answers in time',
  layer: 'Application',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'service', 'endpoints', 'pods', 'hops', 'dials'],
  reasons: {
    ApplicationSlow: {
      severity: 'Error',
      owner: 'Developer',
      message: '{workload} takes {request} and does not answer in time',
      fix: 'Find the slow query or call behind {request}, and give it a time-out of its own',
      command: "kubectl -n '{namespace}' logs '{object}'",
      explains: ['Timeout', 504, 502, 408],
    },
    TimeoutBeforePods: {
      severity: 'Error',
      owner: 'DevOps',
      layer: 'Network',
      message: 'The Pods of {workload} answer {request} in time; {stuck} does not pass their answer on',
      fix: 'Check time-outs, limits and network between {stuck} and the Pods of {workload}',
      explains: ['Timeout', 504],
    },
  },
  run({ dials = [], ...evidence }, report) {
    const { observation, request, home } = evidence;
    if (!isTooLate(observation)) return [];
    const subject = applicationOf(evidence);
    const names = {
      ...namesOf({ namespace: home, ...subject }),
      request: `${request.method} ${request.path}`,
    };
    const confidence = slowness(evidence, dials);
    const { slow, quick } = askedPods(evidence);
    if (confidence !== undefined) {
      const evidenceLines = slow.map(({ ref }) => `${ref}, asked directly, does not answer in time`);
      return [report('ApplicationSlow', { subject, slots: names, evidence: evidenceLines, confidence })];
    }
    const stuck = quick.length === 0 ? undefined : stuckAt(evidence);
    if (stuck === undefined) return [];
    const slots = { ...names, stuck: stuck.subject.ref };
    const evidenceLines = quick.map(({ ref }) => `${ref}, asked directly, answers in time`);
    return [report('TimeoutBeforePods', { ...stuck, slots, evidence: evidenceLines, confidence: 'Medium' })];
  },
});
