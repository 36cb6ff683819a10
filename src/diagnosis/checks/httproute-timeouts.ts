import { defineCheck } from '../model/check.ts';
import { gaveUp, isShort } from '../model/lateness.ts';
import { referenceTo } from '../model/reference.ts';
import { durationOf } from '../topology/route-timeouts.ts';

export const httpRouteTimeouts = defineCheck({
  id: 'httproute-timeouts',
  title: 'The HTTPRoute gives its backends the time that they take',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'observation', 'home'],
  wants: ['endpoints', 'hops'],
  reasons: {
    HTTPRouteGivesUpEarly: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} gives its backends up before they have answered, by timeouts.{field}',
      fix: 'Set timeouts.{field} of HTTPRoute {route} above the longest answer that the application may take',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [504],
      leadsTo: ['TimeoutBeforePods', 'AnswerLateOnce', 'ApplicationSlow'],
    },
  },
  run({ httpRoute: { match }, ...evidence }, report) {
    if (match === undefined || evidence.observation.code !== 504) return [];
    const { home } = evidence;
    const { metadata } = match.route;
    return Object.entries(match.rule.timeouts ?? {}).flatMap(([field, value]) => {
      const time = durationOf(value);
      const verdict = time > 0 && isShort(time) ? gaveUp(time, evidence) : undefined;
      if (verdict === undefined) return [];
      return [
        report('HTTPRouteGivesUpEarly', {
          subject: referenceTo({ kind: 'HTTPRoute', ...metadata }, home, `${match.field}.timeouts.${field}`),
          slots: { route: metadata.name, namespace: metadata.namespace ?? home, field },
          observed: value,
          ...(verdict === 'Possible' ? { severity: 'Warning', confidence: 'Low' } : {}),
        }),
      ];
    });
  },
});
