import { type AnswerEvidence, applicationOf, isDirect, podHops, routeState } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { type HealthAnswer, latencyBeside } from '../model/health-answer.ts';
import { askedPods, isInTime, isTooLate } from '../model/lateness.ts';
import type { Observation } from '../model/observation.ts';
import type { Dial } from '../model/route-evidence.ts';
import { namesOf } from '../model/serving-pods.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { patienceOf } from '../topology/route-timeouts.ts';

type Contact = 'Made' | 'Failed' | 'NotTried';

/** How sure it is that the Pods are slow: by what they do when asked, else by who took the connection. */
function slowness(evidence: AnswerEvidence, contact: Contact): Confidence | undefined {
  const { slow, quick } = askedPods(evidence);
  if (slow.length > 0) return quick.length === 0 ? 'High' : 'Medium';
  if (isDirect(evidence)) return 'High';
  if (contact === 'Made') return 'Medium';
  // Whoever takes no connection is not slow; whether others reach it, nobody knows.
  return contact === 'NotTried' ? 'Low' : undefined;
}

/** Whether any Pod that gets requests has taken a connection of the operator. */
function contactWith(evidence: AnswerEvidence, dials: readonly Dial[], health: number): Contact {
  const results = dials.filter(({ alternative }) => !alternative).map(({ result }) => result);
  const asked = podHops(evidence).map(({ observation }) => observation.failure?.phase);
  if (health > 0 || results.includes('Open') || asked.some((phase) => phase !== 'Connect')) return 'Made';
  const isTried = asked.length > 0 || results.some((result) => result !== 'NotPermitted');
  return isTried ? 'Failed' : 'NotTried';
}

/** The Pods that answer when they are asked for their health, and those that do not. */
function byHealth(late: Observation, health: readonly HealthAnswer[]) {
  const having = (latency: ReturnType<typeof latencyBeside>) =>
    health.filter((answer) => latencyBeside(answer, late) === latency);
  return { alive: having('Quick'), dead: having('None') };
}

const reason = {
  severity: 'Error',
  owner: 'Developer',
  command: "kubectl -n '{namespace}' logs '{object}'",
  explains: ['Timeout', 504, 524, 503, 502, 408],
} as const;

export const applicationLatency = defineCheck({
  id: 'application-latency',
  title: 'The application answers in time',
  layer: 'Application',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops', 'dials', 'health', 'repeat'],
  reasons: {
    ApplicationSlow: {
      ...reason,
      message: 'No answer of {workload} to {request} comes in time',
      fix: 'Find the slow query or call behind {request}, and give it a time-out of its own',
    },
    ApplicationHangs: {
      ...reason,
      message: '{workload} takes connections and answers nothing in time, not even {health}',
      fix: 'See what holds up every request in {workload}: a lock, used up threads or connections, too little CPU',
    },
  },
  run({ dials = [], health = [], repeat, ...evidence }, report) {
    const { observation, request, home } = evidence;
    if (!isTooLate(observation) || routeState(evidence) !== 'Complete') return [];
    const { slow, quick, complaining } = askedPods(evidence);
    if (slow.length === 0 && (quick.length + complaining.length > 0 || isInTime(repeat))) return [];
    const subject = applicationOf(evidence);
    const asked = `${request.method} ${request.path}`;
    const slots = { ...namesOf({ namespace: home, ...subject }), request: asked };
    const { alive, dead } = byHealth(observation, health);
    const confidence = slowness(evidence, contactWith(evidence, dials, alive.length + dead.length));
    if (confidence === undefined) return [];
    const silent = slow.map(
      ({ ref, observation: { code } }) =>
        `${ref}, asked directly, ${code === undefined ? 'does not answer in time' : 'answers too late'}`,
    );
    const [first] = alive.length === 0 ? dead : [];
    if (first === undefined) {
      const well = alive.map(
        ({ ref, path }) => `${ref} answers GET ${path} at once: it is ${asked} that is slow`,
      );
      const lines = [...patienceOf(evidence), ...well, ...silent];
      return [report('ApplicationSlow', { subject, slots, evidence: lines, confidence })];
    }
    const ill = dead.map(({ ref, path }) => `${ref} does not answer GET ${path} either`);
    return [
      report('ApplicationHangs', {
        subject,
        slots: { ...slots, health: `GET ${first.path}` },
        evidence: [...ill, ...silent],
        confidence,
      }),
    ];
  },
});
