import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { symptomsOf } from '../model/symptoms.ts';
import { redirectOf, rewrittenPath } from '../topology/http-route-filters.ts';

const trimmed = (path: string): string => path.replace(/\/$/, '');

/** The answer was a redirect, or one too many. */
const isRedirect = (observation: Observation): boolean =>
  symptomsOf(observation).some((symptom) => symptom === '3xx' || symptom === 'RedirectLoop');

export const httpRouteFilters = defineCheck({
  id: 'httproute-filters',
  title: 'What the filters of the HTTPRoute make of the request',
  layer: 'Ingress',
  needs: ['httpRoute', 'request', 'observation', 'home'],
  reasons: {
    HTTPRouteRedirects: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} redirects {host}{path} to {location}',
      fix: 'Ask {location}, or take the redirect out of HTTPRoute {route}',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [301, 302, 303, 307, 308, 'RedirectLoop'],
      leadsTo: ['ApplicationRedirect', 'AnsweredBeforePods'],
    },
    HTTPRouteRewritesPath: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} rewrites {path} to {rewritten} and drops what follows its prefix',
      fix: 'Replace the prefix alone in HTTPRoute {route}, by type ReplacePrefixMatch',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404],
      leadsTo: ['AnsweredBeforePods', 'ApplicationRouteNotFound'],
    },
  },
  run({ httpRoute: { match }, request, observation, home }, report) {
    if (match === undefined) return [];
    const { name, namespace = home } = match.route.metadata;
    const { host, path } = request;
    const base = { route: name, namespace, host, path };
    const subject = referenceTo(
      { kind: 'HTTPRoute', ...match.route.metadata },
      home,
      `${match.field}.filters`,
    );
    const location = redirectOf(match, request);
    if (location !== undefined && isRedirect(observation)) {
      return [report('HTTPRouteRedirects', { subject, slots: { ...base, location } })];
    }
    const rewritten = rewrittenPath(match, path);
    const isWhole = match.rule.filters?.some(
      ({ urlRewrite }) => urlRewrite?.path?.type === 'ReplaceFullPath',
    );
    const isLonger = trimmed(path) !== trimmed(match.match.path?.value ?? '/');
    if (observation.code !== 404 || isWhole !== true || !isLonger) return [];
    return [
      report('HTTPRouteRewritesPath', {
        subject,
        slots: { ...base, rewritten },
        confidence: observation.answeredBy?.confidence ?? 'Medium',
      }),
    ];
  },
});
