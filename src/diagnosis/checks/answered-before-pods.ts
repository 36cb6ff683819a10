import { applicationOf, isAmbiguous, isCleared, isGateway, podHops, routeState } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { APPLICATION_REASONS } from '../model/consequences.ts';
import type { Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';

/** Codes by which a gateway speaks for itself, and not of what it found behind it. */
const isOwnWord = ({ code = 0, answeredBy }: Observation): boolean =>
  isGateway(answeredBy) && code >= 300 && code < 500 && code !== 401;

/** What Pods that answer well do not say one moment and unsay the next. */
function isLasting({ code = 0, failure }: Observation): boolean {
  const isCode = failure === undefined || failure.reason === 'UnexpectedStatus';
  return isCode ? isAmbiguous(code) : failure.phase === 'Assert' && failure.reason !== 'TooSlow';
}

/** Who it was, as far as the answer tells. */
function writerOf({ answeredBy }: Observation) {
  if (answeredBy === undefined || !isGateway(answeredBy))
    return { who: 'Something before the Pods', at: {}, signs: [] };
  return { who: answeredBy.product, at: { layer: answeredBy.layer }, signs: answeredBy.evidence };
}

export const answeredBeforePods = defineCheck({
  id: 'answered-before-pods',
  title: 'The request reaches the Pods, and their answer comes back as it is',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home', 'ingress', 'service', 'endpoints'],
  wants: ['pods', 'hops'],
  reasons: {
    AnsweredBeforePods: {
      severity: 'Warning',
      owner: 'DevOps',
      message: '{who} answers {request} in place of {workload}',
      fix: 'See which rule or setting on the way to {workload} makes this answer',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: ['3xx', '4xx', 'RedirectLoop', 'Assertion'],
      leadsTo: APPLICATION_REASONS,
    },
  },
  run(evidence, report) {
    const { observation, request, home, ingress } = evidence;
    const object = ingress.match?.ingress;
    const isSure = isCleared(evidence) && isLasting(observation);
    if (object === undefined || routeState(evidence) !== 'Complete') return [];
    if (!isSure && !isOwnWord(observation)) return [];
    const { who, at, signs } = writerOf(observation);
    const { name, namespace = home } = object.metadata;
    const { ref: workload } = applicationOf(evidence);
    const asked = podHops(evidence).map(({ ref }) => `${ref}, asked directly, answers as expected`);
    return [
      report('AnsweredBeforePods', {
        subject: referenceTo({ kind: 'Ingress', name, namespace }, home),
        slots: { who, request: `${request.method} ${request.path}`, workload, namespace, ingress: name },
        evidence: isSure ? [...signs, ...asked] : signs,
        confidence: 'Medium',
        ...at,
        ...(isSure ? { severity: 'Error' } : {}),
      }),
    ];
  },
});
