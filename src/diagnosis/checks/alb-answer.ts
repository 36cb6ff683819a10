import { defineCheck } from '../model/check.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import type { Observation } from '../model/observation.ts';

/** What an Application Load Balancer means by a code that it makes itself, by AWS' own list. */
const BY_CODE = {
  400: 'ALBBadRequest',
  401: 'ALBUnauthorized',
  405: 'ALBMethodRefused',
  408: 'ALBClientTooSlow',
  413: 'ALBBodyTooLarge',
  414: 'ALBURLTooLong',
  460: 'ALBClientGaveUp',
  463: 'ALBForwardedForTooLong',
  464: 'ALBProtocolMismatch',
  500: 'ALBInternalError',
  501: 'ALBTransferEncodingUnknown',
  502: 'ALBBadGateway',
  503: 'ALBNoTarget',
  504: 'ALBGatewayTimeout',
  505: 'ALBVersionUnsupported',
  507: 'ALBRedirectTooLong',
  561: 'ALBSignInFailed',
} as const;

/** Codes that nobody but a load balancer of AWS uses. */
const ITS_OWN: ReadonlySet<number> = new Set([460, 463, 464, 561]);

const answer = <const Code extends number, const Says extends string, const Fix extends string>(
  code: Code,
  says: Says,
  fix: Fix,
) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message: `{loadBalancer} itself answers ${code}: ${says}`,
    fix,
    explains: [code],
    leadsTo: ['AnsweredBeforePods'],
  }) as const;

/** A symptom: it accuses nobody where nothing explains it. */
const symptom = { owner: 'Unknown', severity: 'Warning' } as const;

const isItsOwn = ({ answeredBy }: Observation, code: number): boolean =>
  answeredBy?.product === 'ALB' || (ITS_OWN.has(code) && answeredBy?.layer !== 'Application');

export const albAnswer = defineCheck({
  id: 'alb-answer',
  title: 'What the load balancer itself answers',
  layer: 'LoadBalancer',
  needs: ['alb', 'observation', 'request', 'home'],
  wants: ['loadBalancer'],
  reasons: {
    ALBBadRequest: {
      ...answer(
        400,
        'the request is malformed or its headers are too large',
        'Mend the headers and the URL of the request',
      ),
      layer: 'Client',
    },
    ALBUnauthorized: {
      ...answer(
        401,
        'its rule asks callers to sign in, and this one may not or its token is refused',
        'Exempt the path from authentication, or let the probe ask with what the rule accepts',
      ),
      layer: 'Auth',
    },
    ALBMethodRefused: {
      ...answer(405, 'it takes no TRACE request', 'Ask with another method'),
      layer: 'Client',
    },
    ALBClientTooSlow: answer(
      408,
      'the caller sent nothing before the idle timeout',
      'Raise the idle timeout of the load balancer, or send the request at once',
    ),
    ALBBodyTooLarge: {
      ...answer(
        413,
        'the body or the headers are larger than it takes',
        'Send less, or go past the Lambda target',
      ),
      layer: 'Client',
    },
    ALBURLTooLong: { ...answer(414, 'the URL or its query is too long', 'Shorten the URL'), layer: 'Client' },
    ALBClientGaveUp: answer(
      460,
      'the caller closed the connection before the answer came',
      'Make the application faster, or raise the time-out of the caller in front of the load balancer',
    ),
    ALBForwardedForTooLong: {
      ...answer(
        463,
        'X-Forwarded-For names more than 30 addresses',
        'See which proxies send requests in a circle',
      ),
      layer: 'Client',
    },
    ALBProtocolMismatch: answer(
      464,
      'its target group speaks another version of HTTP than the request',
      'Set the protocol version of the target group to what the caller and the application speak',
    ),
    ALBInternalError: answer(
      500,
      'AWS WAF or the identity provider of its rule failed',
      'See in the access log whether AWS WAF or the sign-in failed',
    ),
    ALBTransferEncodingUnknown: {
      ...answer(501, 'it does not know the Transfer-Encoding of the request', 'Send chunked or plain bodies'),
      layer: 'Client',
    },
    ALBBadGateway: {
      ...answer(
        502,
        'it gets no valid answer from its target',
        'See whether the targets answer when asked directly',
      ),
      ...symptom,
    },
    ALBNoTarget: {
      ...answer(503, 'it has no target to send to', 'See which targets are registered, and why none is used'),
      ...symptom,
    },
    ALBGatewayTimeout: {
      ...answer(
        504,
        'its target does not answer in time',
        'See whether the targets answer when asked directly',
      ),
      ...symptom,
    },
    ALBVersionUnsupported: {
      ...answer(505, 'it does not take this version of HTTP', 'Ask with HTTP/1.1 or HTTP/2'),
      layer: 'Client',
    },
    ALBRedirectTooLong: answer(
      507,
      'the URL of its redirect is too long',
      'Shorten the redirect of the rule',
    ),
    ALBSignInFailed: {
      ...answer(
        561,
        'the identity provider of its rule answers with an error',
        'Compare client, secret and endpoints of the rule with what the identity provider expects',
      ),
      layer: 'Auth',
    },
  },
  run({ observation, ...evidence }, report) {
    const { code = 0, answeredBy } = observation;
    const name = Object.hasOwn(BY_CODE, code) ? BY_CODE[code as keyof typeof BY_CODE] : undefined;
    if (name === undefined || !isItsOwn(observation, code)) return [];
    const subject = loadBalancerReference(evidence);
    return [
      report(name, {
        subject,
        slots: { loadBalancer: subject.ref },
        observed: String(code),
        evidence: answeredBy?.evidence ?? [],
        confidence: confidenceOf(code),
      }),
    ];
  },
});

/** Gateway codes are symptoms; the others have few documented causes, and some just one. */
function confidenceOf(code: number) {
  if (code >= 502 && code <= 504) return 'Low';
  return ITS_OWN.has(code) ? 'High' : 'Medium';
}
