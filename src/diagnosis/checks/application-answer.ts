import {
  type AnswerEvidence,
  isByProxyInPods,
  isFramework,
  isGateway,
  logCommand,
  podHops,
  type Sameness,
  writerOf,
} from '../model/answering.ts';
import { defineCheck, type Symptom } from '../model/check.ts';
import { FAILS_ITS_HEALTH_CHECK } from '../model/consequences.ts';
import type { Observation } from '../model/observation.ts';
import { isByPolicy, ownerOfAnswer } from '../model/proxy-in-pods.ts';
import { namesOf } from '../model/serving-pods.ts';
import { tellingLine } from '../model/stack-trace.ts';
import { explainHeaders, redirectChain } from '../model/telling-headers.ts';
import { answeredInPods, loggedAnswer } from '../model/told-by-logs.ts';

/** The application said so itself: its developers' to mend. */
const answer = <const Says extends string, const Fix extends string>(
  explains: readonly Symptom[],
  says: Says,
  fix: Fix,
) =>
  ({
    severity: 'Error',
    owner: 'Developer',
    message: `{workload} answers {request} with {code}: ${says}`,
    fix,
    command: '{command}',
    explains,
  }) as const;

/** It fails, and most likely says so to whoever checks its health, too. */
const failure = <const Says extends string, const Fix extends string>(
  explains: readonly Symptom[],
  says: Says,
  fix: Fix,
) => ({ ...answer(explains, says, fix), leadsTo: FAILS_ITS_HEALTH_CHECK }) as const;

const BY_CODE = {
  400: 'ApplicationBadRequest',
  401: 'ApplicationUnauthorized',
  403: 'ApplicationForbidden',
  404: 'ApplicationRouteNotFound',
  405: 'ApplicationMethodNotAllowed',
  408: 'ApplicationRequestTimeout',
  409: 'ApplicationConflict',
  415: 'ApplicationUnsupportedMediaType',
  422: 'ApplicationValidationFailed',
  429: 'ApplicationRateLimited',
  500: 'ApplicationError',
  501: 'ApplicationNotImplemented',
  502: 'ApplicationProxyBadGateway',
  503: 'ApplicationUnavailable',
  504: 'ApplicationGatewayTimeout',
} as const;

const isSameCode =
  (code: number): Sameness =>
  (hop) =>
    (hop.code === code && !isByPolicy(hop)) ||
    (hop.code !== undefined && code < 400 && Math.floor(hop.code / 100) === 3);

function reasonFor(code: number, evidence: AnswerEvidence) {
  const writers = [evidence.observation, ...podHops(evidence).map(({ observation }) => observation)];
  const signed = writers.filter((one) => one.code === code);
  const isProxied = signed.some(({ answeredBy }) => isGateway(answeredBy));
  if (code === 504 && isProxied) return 'ApplicationProxyBadGateway';
  if (code === 503 && isByProxyInPods(evidence, isSameCode(code))) return 'ApplicationProxyBadGateway';
  if (code === 502 && !isProxied && signed.some(({ answeredBy }) => isFramework(answeredBy)))
    return 'ApplicationUpstreamFails';
  if (code < 400) return 'ApplicationRedirect';
  const generic = code < 500 ? 'ApplicationRefuses' : 'ApplicationFails';
  return BY_CODE[code as keyof typeof BY_CODE] ?? generic;
}

/** What the application wrote about this very request or one like it, else what it called an error. */
function logLine(evidence: Parameters<typeof loggedAnswer>[0]): string[] {
  const { requestID, code = 0 } = evidence.observation;
  const lines = (evidence.logs ?? []).flatMap((log) => (log.previous ? [] : log.lines));
  const own = requestID === undefined ? undefined : lines.find((line) => line.includes(requestID));
  const line = own ?? (code >= 500 ? tellingLine(lines) : undefined) ?? loggedAnswer(evidence);
  return line === undefined ? [] : [`log: ${line}`];
}

/** The Pods that answer alike before the others. */
const hopLines = (evidence: AnswerEvidence, isSame: Sameness): string[] =>
  [...podHops(evidence)]
    .sort((a, b) => Number(isSame(b.observation)) - Number(isSame(a.observation)))
    .flatMap(({ ref, observation: { code } }) =>
      code === undefined ? [] : [`${ref}, asked directly, answers ${code}`],
    );

const ABOUT_CODE = /^(?:UnexpectedStatus|RedirectLoop|TooManyRedirects|InvalidRedirect)$/;

/** The code that was not expected; undefined when the failure is not about a code that says no. */
function refusedWith({ code, failure }: Observation): number | undefined {
  const { reason = 'UnexpectedStatus' } = failure ?? {};
  const isAboutCode = ABOUT_CODE.test(reason);
  return isAboutCode && code !== undefined && code >= 300 ? code : undefined;
}

export const applicationAnswer = defineCheck({
  id: 'application-answer',
  title: 'What the application itself answers',
  layer: 'Application',
  needs: ['observation', 'request', 'home'],
  wants: [
    'ingress',
    'ingressClass',
    'httpRoute',
    'service',
    'endpoints',
    'pods',
    'hops',
    'logs',
    'answerText',
  ],
  reasons: {
    ApplicationRedirect: answer(
      [301, 302, 303, 307, 308, '3xx', 'RedirectLoop'],
      'it sends the caller elsewhere',
      'See where the location points, and whether the application heeds X-Forwarded-Proto and X-Forwarded-Host',
    ),
    ApplicationBadRequest: answer(
      [400],
      'it does not accept the request as it is',
      'Compare the request with what the route validates: parameters, body, Content-Type',
    ),
    ApplicationUnauthorized: answer(
      [401],
      'it asks for credentials, or refuses those that it got',
      'Check the credentials of the probe, and how the application verifies them',
    ),
    ApplicationForbidden: answer(
      [403],
      'the caller has no permission',
      'Check the permissions of the caller and the access rules of the route',
    ),
    ApplicationRouteNotFound: answer(
      [404],
      'it has no such route',
      'Add the route, or ask a path that the application has',
    ),
    ApplicationMethodNotAllowed: answer(
      [405],
      'the route exists, but not for this method',
      'Handle the method, or ask with one that the route allows',
    ),
    ApplicationRequestTimeout: answer(
      [408],
      'it gave up waiting',
      'See what blocks the application while it reads or handles the request',
    ),
    ApplicationConflict: answer(
      [409],
      'the request conflicts with what exists already',
      'Handle what exists already, or let the probe ask something that can be repeated',
    ),
    ApplicationUnsupportedMediaType: answer(
      [415],
      'it does not take this Content-Type',
      'Send the Content-Type that the route takes, or accept this one',
    ),
    ApplicationValidationFailed: answer(
      [422],
      'what was sent does not pass its validation',
      'Compare the body of the request with what the route validates',
    ),
    ApplicationRateLimited: answer(
      [429],
      'its own rate limit is reached',
      'Raise the limit of the application, or ask less often',
    ),
    ApplicationRefuses: answer(['4xx'], 'it refuses the request', 'See why the route refuses the request'),
    ApplicationError: failure(
      [500],
      'an error that it did not handle',
      'Look for this request in the log of the application and mend the error',
    ),
    ApplicationNotImplemented: failure(
      [501],
      'the route is not implemented',
      'Implement the route, or ask one that is',
    ),
    ApplicationProxyBadGateway: {
      ...answer(
        [502, 503, 504],
        'a proxy inside the Pod does not get an answer from what it sends to',
        'Check where the proxy inside the Pod sends to, and whether that answers in the Pod',
      ),
      owner: 'Both',
      leadsTo: ['ApplicationSlow', ...FAILS_ITS_HEALTH_CHECK],
    },
    ApplicationUpstreamFails: failure(
      [502],
      'something that it calls fails, as it says itself',
      'See in the log of the application which call fails, and why: its address, its credentials, its answer',
    ),
    ApplicationUnavailable: failure(
      [503],
      'it says that it cannot serve now',
      'See in the log of the application what it waits for or misses',
    ),
    ApplicationGatewayTimeout: {
      ...answer(
        [504],
        'something that it calls does not answer in time',
        'See which query or call is slow, and give it a time-out of its own',
      ),
      leadsTo: ['ApplicationSlow', ...FAILS_ITS_HEALTH_CHECK],
    },
    ApplicationFails: failure(['5xx'], 'it fails', 'Look for this request in the log of the application'),
  },
  run({ answerText, ...evidence }, report) {
    const { observation, request } = evidence;
    const code = refusedWith(observation);
    const confidence = code && answeredInPods(evidence, isSameCode(code));
    if (code === undefined || !confidence || isByPolicy(observation)) return [];
    const subject = writerOf(evidence, isSameCode(code));
    const { workload } = namesOf(subject);
    return [
      report(reasonFor(code, evidence), {
        subject,
        slots: {
          workload,
          request: `${request.method} ${request.path}`,
          code,
          command: logCommand(subject, observation),
        },
        observed: String(code),
        evidence: [
          ...logLine(evidence),
          ...(answerText === undefined ? [] : [`answer: ${answerText}`]),
          ...explainHeaders(observation),
          ...redirectChain(observation),
          ...hopLines(evidence, isSameCode(code)),
        ],
        confidence,
        ...ownerOfAnswer(evidence, isSameCode(code)),
      }),
    ];
  },
});
