import { type AnswerEvidence, applicationOf, podHops, routerOf } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';

/** The Pods that were asked directly say the same: then no proxy on the way has made it up. */
const isSaidByPods = (evidence: AnswerEvidence): boolean =>
  podHops(evidence).some(({ observation }) => observation.code === evidence.observation.code);

export const interimAnswer = defineCheck({
  id: 'interim-answer',
  title: 'The answer is final and not one that announces another',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops'],
  reasons: {
    InterimAnswerIsFinal: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{who} answers {request} with {code}, which only announces an answer, and sends none',
      fix: 'Let the proxy pass on the final answer, and the headers Upgrade, Connection and Expect only where they are meant',
      explains: ['1xx'],
    },
  },
  run(evidence, report) {
    const { observation, request } = evidence;
    const { code, answeredBy } = observation;
    if (code === undefined || code >= 200) return [];
    const isApplications = isSaidByPods(evidence);
    const router = isApplications ? undefined : routerOf(evidence);
    const subject = router ?? applicationOf(evidence);
    return [
      report('InterimAnswerIsFinal', {
        subject,
        slots: { who: subject.ref, request: `${request.method} ${request.path}`, code },
        evidence: answeredBy?.evidence ?? [],
        confidence: isApplications ? 'High' : 'Medium',
        ...(isApplications ? { owner: 'Developer', layer: 'Application' } : {}),
      }),
    ];
  },
});
