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
      fix: 'See which rule or setting of {who} makes this answer',
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
    const { answeredBy } = observation;
    const isSigned = answeredBy !== undefined && isGateway(answeredBy);
    return [
      report('AnsweredBeforePods', {
        subject: referenceTo({ kind: 'Ingress', ...object.metadata }, home),
        slots: {
          who: isSigned ? answeredBy.product : 'Something before the Pods',
          request: `${request.method} ${request.path}`,
          workload: applicationOf(evidence).ref,
        },
        evidence: [
          ...(answeredBy?.evidence ?? []),
          ...podHops(evidence).map(({ ref }) => `${ref}, asked directly, answers as expected`),
        ],
        confidence: 'Medium',
        ...(isSigned ? { layer: answeredBy.layer } : {}),
        ...(isSure ? { severity: 'Error' } : {}),
      }),
    ];
  },
});
