import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';

/** Who stands there judges requests, and not who sends them. */
const NO_JUDGES_OF_TOKENS: ReadonlySet<string | undefined> = new Set(['WAF', 'Edge']);

/** Whether the answer may be about a token: it says no, and asks for nothing else. */
function isAboutToken({ code, headers, answeredBy }: Observation): boolean {
  const challenge = headers['www-authenticate'];
  if (code === 401) return challenge === undefined || /bearer/i.test(challenge);
  return code === 403 && challenge === undefined && !NO_JUDGES_OF_TOKENS.has(answeredBy?.layer);
}

/** RFC 6750: `Bearer error="invalid_token", error_description="The access token expired"`. */
const SAYS_EXPIRED = /error="?invalid_token.*\bexpired\b/i;

function fault({ time, headers, tokenValidity }: Observation) {
  const challenge = headers['www-authenticate'] ?? '';
  const said = SAYS_EXPIRED.test(challenge) ? [`www-authenticate: ${challenge}`] : [];
  if (tokenValidity === undefined)
    return said.length === 0 ? undefined : ({ reason: 'TokenExpired', evidence: said } as const);
  const { notBeforeTime = time, notAfterTime = time } = tokenValidity;
  if (Date.parse(notAfterTime) < Date.parse(time))
    return { reason: 'TokenExpired', evidence: [`it expired at ${notAfterTime}`, ...said] } as const;
  if (Date.parse(notBeforeTime) > Date.parse(time))
    return { reason: 'TokenNotYetValid', evidence: [`it holds from ${notBeforeTime} on`] } as const;
  return undefined;
}

const token = <const What extends string>(what: What) =>
  ({
    severity: 'Error',
    owner: 'DevOps',
    message: `The token that {probe} sends to {host} ${what}`,
    command: "kubectl -n '{namespace}' get statusprobe '{name}' -o yaml",
    explains: [401, 403],
    leadsTo: [
      'ApplicationUnauthorized',
      'ApplicationForbidden',
      'IngressWantsCredentials',
      'ALBUnauthorized',
      'AnsweredBeforePods',
      'ProxyInPodsRefuses',
    ],
  }) as const;

export const probeCredentials = defineCheck({
  id: 'probe-credentials',
  title: 'The token that the probe sends is valid',
  layer: 'Client',
  needs: ['observation', 'request', 'statusProbe'],
  reasons: {
    TokenExpired: {
      ...token('has expired'),
      fix: 'Renew the token in the Secret that {probe} names, or let spec.request.oauth2 fetch new ones',
    },
    TokenNotYetValid: {
      ...token('is not valid yet'),
      fix: 'Put a token that is valid now into the Secret that {probe} names, and compare clocks',
    },
  },
  run({ observation, request: { host }, statusProbe }, report) {
    const found = isAboutToken(observation) ? fault(observation) : undefined;
    if (found === undefined) return [];
    const { namespace = '', name, ref } = statusProbe;
    return [
      report(found.reason, {
        subject: { ...statusProbe, field: 'spec.request' },
        slots: { probe: ref, host, namespace, name },
        evidence: found.evidence,
        confidence: observation.code === 401 ? 'High' : 'Medium',
      }),
    ];
  },
});
