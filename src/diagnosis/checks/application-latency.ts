import {
  type AnswerEvidence,
  applicationOf,
  isDirect,
  podHops,
  routerOf,
  routeState,
} from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Dial, HopAnswer } from '../model/evidence.ts';
import type { Observation } from '../model/observation.ts';
import type { ObjectReference } from '../model/reference.ts';
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
    // Whoever says in time that another is late is not late itself.
    complaining: hops.filter(({ observation }) => observation.code === 504),
  };
}

/** How sure it is that the Pods are slow: by what they do when asked, else by who took the connection. */
function slowness(evidence: AnswerEvidence, dials: readonly Dial[]): Confidence {
  const { slow, quick } = askedPods(evidence);
  if (slow.length > 0) return quick.length === 0 ? 'High' : 'Medium';
  if (quick.length > 0) return 'Low';
  if (isDirect(evidence)) return 'High';
  return dials.some(({ alternative, result }) => !alternative && result === 'Open') ? 'Medium' : 'Low';
}

/** The last hop before the Pods that does not pass their answer on in time. */
function stuckAt(evidence: AnswerEvidence): { subject: ObjectReference; layer: Layer } | undefined {
  const { hops = [], service } = evidence;
  const router = routerOf(evidence);
  const ofKind = (kind: HopAnswer['hop']) => hops.filter(({ hop }) => hop === kind);
  const isServiceLate = ofKind('Service').some(({ observation }) => isTooLate(observation));
  if (service !== undefined && (isServiceLate || router === undefined))
    return { subject: service.reference, layer: 'Network' };
  if (router === undefined) return undefined;
  const isPassed = [...ofKind('Ingress'), ...ofKind('Gateway')].some(
    ({ observation }) => observation.code !== undefined && !isTooLate(observation),
  );
  return { subject: router, layer: isPassed ? 'LoadBalancer' : 'Ingress' };
}

export const applicationLatency = defineCheck({
  id: 'application-latency',
  title: 'The application answers in time',
  layer: 'Application',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops', 'dials'],
  reasons: {
    ApplicationSlow: {
      severity: 'Error',
      owner: 'Developer',
      message: 'No answer of {workload} to {request} comes in time',
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
      leadsTo: ['ApplicationSlow'],
    },
  },
  run({ dials = [], ...evidence }, report) {
    const { observation, request, home } = evidence;
    if (!isTooLate(observation) || routeState(evidence) !== 'Complete') return [];
    const subject = applicationOf(evidence);
    const names = {
      ...namesOf({ namespace: home, ...subject }),
      request: `${request.method} ${request.path}`,
    };
    const { slow, quick, complaining } = askedPods(evidence);
    if (slow.length === 0 && complaining.length > 0) return [];
    const late = report('ApplicationSlow', {
      subject,
      slots: names,
      evidence: slow.map(({ ref }) => `${ref}, asked directly, does not answer in time`),
      confidence: slowness(evidence, dials),
    });
    const stuck = quick.length === 0 || slow.length > 0 ? undefined : stuckAt(evidence);
    if (stuck === undefined) return [late];
    const before = report('TimeoutBeforePods', {
      ...stuck,
      slots: { ...names, stuck: stuck.subject.ref },
      evidence: quick.map(({ ref }) => `${ref}, asked directly, answers in time`),
      confidence: 'Medium',
    });
    return [before, late];
  },
});
