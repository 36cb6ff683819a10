import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { HTTPRouteClaim } from '../model/http-route-evidence.ts';
import { referenceTo } from '../model/reference.ts';

const actionOf = ({ rule: { backendRefs = [], filters = [] } }: HTTPRouteClaim): string =>
  JSON.stringify([backendRefs.map(({ namespace, name, port }) => [namespace, name, port]), filters]);

export const httpRouteConflict = defineCheck({
  id: 'httproute-conflict',
  title: 'One HTTPRoute alone takes the request',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'home'],
  reasons: {
    HTTPRouteTakenByOther: {
      severity: 'Warning',
      owner: 'DevOps',
      message: 'HTTPRoute {winner} takes {host}{path} before HTTPRoute {loser}',
      fix: 'Take {host}{path} out of HTTPRoute {winner} or HTTPRoute {loser}',
      command: "kubectl -n '{namespace}' get httproute '{loser}' -o yaml",
      explains: ['3xx', '4xx', '5xx', 'Timeout', 'Assertion'],
      leadsTo: ANSWERED_ELSEWHERE,
    },
  },
  run({ httpRoute: { rivals, candidates }, request, home }, report) {
    const [winner, ...others] = rivals;
    if (winner === undefined) return [];
    const losers = others.filter((rival) => actionOf(rival) !== actionOf(winner));
    const isMeant = ({ route }: HTTPRouteClaim) => candidates.length === 1 && candidates[0] === route;
    const loser = losers.find(isMeant) ?? losers[0];
    if (loser === undefined) return [];
    const { name, namespace = home } = loser.route.metadata;
    const at = { kind: 'HTTPRoute', ...winner.route.metadata };
    return [
      report('HTTPRouteTakenByOther', {
        subject: referenceTo({ kind: 'HTTPRoute', ...loser.route.metadata }, home, loser.field),
        slots: {
          winner: referenceTo(at, home).ref.slice('HTTPRoute/'.length),
          loser: name,
          namespace,
          host: request.host,
          path: request.path,
        },
        // The probe means the HTTPRoute whose requests another one takes: whatever is answered comes from there.
        severity: isMeant(loser) ? 'Error' : 'Warning',
        confidence: isMeant(loser) ? 'High' : 'Medium',
      }),
    ];
  },
});
