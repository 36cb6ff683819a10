import { isCleared, logCommand, writerOf, writtenByApplication } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import { namesOf } from '../model/serving-pods.ts';
import { notJSON } from '../model/telling-headers.ts';

/** The expectation that was not met → the reason. */
const REASONS = {
  UnexpectedStatus: 'AnswerStatusUnexpected',
  HeaderMismatch: 'AnswerHeaderUnexpected',
  BodyMismatch: 'AnswerBodyUnexpected',
  JSONMismatch: 'AnswerJSONUnexpected',
  TooSlow: 'AnswerTooSlow',
} as const;

/** Only an answer that says yes: a code that says no is about the code, whatever else was expected. */
function unmet({ code = 0, failure }: Observation): keyof typeof REASONS | undefined {
  const { reason = 'UnexpectedStatus' } = failure ?? {};
  if (reason === 'UnexpectedStatus' && (code < 200 || code > 299)) return undefined;
  return reason in REASONS ? (reason as keyof typeof REASONS) : undefined;
}

const answer = <const What extends string>(what: What) =>
  ({
    severity: 'Error',
    owner: 'Developer',
    message: `{workload} answers {request}, but ${what}`,
    fix: 'Mend the answer of the route, or what the probe expects of it',
    command: '{command}',
    explains: ['Assertion'],
  }) as const;

export const answerAssertion = defineCheck({
  id: 'answer-assertion',
  title: 'The answer is what the probe expects',
  layer: 'Application',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'httpRoute', 'service', 'endpoints', 'pods', 'hops'],
  reasons: {
    AnswerStatusUnexpected: answer('not with the code that the probe expects'),
    AnswerHeaderUnexpected: answer('not with the headers that the probe expects'),
    AnswerBodyUnexpected: answer('its body is not as the probe expects'),
    AnswerJSONUnexpected: answer('its JSON is not as the probe expects'),
    AnswerTooSlow: answer('more slowly than the probe expects'),
  },
  run(evidence, report) {
    const { observation, request } = evidence;
    const broken = unmet(observation);
    if (broken === undefined) return [];
    const isSame = (hop: Observation) => hop.failure?.reason === broken;
    const confidence = writtenByApplication(evidence, isSame);
    // Pods that are not slow when they are asked directly were not what took long.
    if (confidence === undefined || (broken === 'TooSlow' && isCleared(evidence))) return [];
    const subject = writerOf(evidence, isSame);
    const { workload } = namesOf(subject);
    return [
      report(REASONS[broken], {
        subject,
        slots: {
          workload,
          request: `${request.method} ${request.path}`,
          command: logCommand(subject, observation),
        },
        evidence: [
          ...(observation.failure === undefined ? [] : [observation.failure.message]),
          ...(broken === 'JSONMismatch' ? notJSON(observation) : []),
        ],
        confidence,
      }),
    ];
  },
});
