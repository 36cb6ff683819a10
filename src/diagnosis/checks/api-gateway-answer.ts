import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';

const BY_CODE = {
  401: 'APIGatewayRefuses',
  403: 'APIGatewayRefuses',
  404: 'APIGatewayHasNoRoute',
  429: 'APIGatewayThrottles',
} as const;

type Reason = (typeof BY_CODE)[keyof typeof BY_CODE];

/** So it says that it has no method for the path: only what it has can want a token. */
const NO_ROUTE = /Missing Authentication Token/;

function reasonFor({ code = 0, answeredBy, bodyStart = '' }: Observation): Reason | undefined {
  if (answeredBy?.product !== 'API Gateway' || !Object.hasOwn(BY_CODE, code)) return undefined;
  return NO_ROUTE.test(bodyStart) ? 'APIGatewayHasNoRoute' : BY_CODE[code as keyof typeof BY_CODE];
}

const own = { severity: 'Error', owner: 'DevOps', leadsTo: ['AnsweredBeforePods'] } as const;

export const apiGatewayAnswer = defineCheck({
  id: 'api-gateway-answer',
  title: 'The API gateway of AWS passes the request on',
  layer: 'Edge',
  needs: ['observation', 'request', 'home'],
  reasons: {
    APIGatewayThrottles: {
      ...own,
      message: 'The API gateway of {host} limits the rate of requests',
      fix: 'Raise rate and burst of its stage or usage plan, or ask less often',
      explains: [429],
    },
    APIGatewayRefuses: {
      ...own,
      layer: 'Auth',
      message:
        'The API gateway of {host} lets nobody through to {path} without the key, token or signature that it wants',
      fix: 'Give the probe the credentials that the route wants, or let it ask a route that wants none',
      explains: [401, 403],
    },
    APIGatewayHasNoRoute: {
      ...own,
      message: 'The API gateway of {host} has no route for {method} {path}',
      fix: 'Add a route for {method} {path} and deploy the stage, or ask a path that it has',
      explains: [403, 404],
    },
  },
  run({ observation, request, home }, report) {
    const reason = reasonFor(observation);
    if (reason === undefined) return [];
    const { evidence = [], confidence = 'Low' } = observation.answeredBy ?? {};
    const { host, path, method } = request;
    const subject = referenceTo({ kind: 'Host', name: host }, home);
    return [
      report(reason, {
        subject,
        slots: { host, path, method },
        observed: String(observation.code),
        evidence,
        confidence,
      }),
    ];
  },
});
