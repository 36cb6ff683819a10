import { type AnswerEvidence, writtenByApplication } from '../model/answering.ts';
import { defineCheck } from '../model/check.ts';
import { ANSWERED_ELSEWHERE } from '../model/consequences.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import type { IngressBackend } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { isCanary } from '../topology/canary.ts';
import { namedClass } from '../topology/ingress-class.ts';
import { type HostRule, rulesForHost } from '../topology/ingress-rules.ts';

interface RulePath {
  readonly rule: HostRule;
  readonly path: string;
  readonly pathType: string;
  readonly backend: IngressBackend;
  readonly field: string;
}

const pathsOf = (rules: readonly HostRule[]): readonly RulePath[] =>
  rules.flatMap((rule) =>
    rule.paths.map(({ path = '/', pathType = 'ImplementationSpecific', backend }, position) => ({
      rule,
      path,
      pathType,
      backend,
      field: `spec.rules[${rule.index}].http.paths[${position}].pathType`,
    })),
  );

/** Exact, and it would have taken the path as a Prefix. */
const isTooStrict = ({ path, pathType }: RulePath, asked: string): boolean =>
  pathType === 'Exact' && asked.startsWith(path.endsWith('/') ? path : `${path}/`);

const serviceOf = ({ service, resource }: IngressBackend): string => service?.name ?? resource?.name ?? '';

/** Who answers a path for which some other backend may be meant, with codes of whoever does not know it. */
const isUnknownThere = (code = 0): boolean => code === 404 || code === 405;

/**
 * The rule that would take the request as a Prefix before the wider one that does, and send it to somebody else. An
 * Ingress of another class or host is another router's.
 */
function passedOver({ candidates, match }: IngressEvidence, host: string, asked: string) {
  if (match === undefined || isCanary(match.ingress)) return undefined;
  const { ingress: taker, rule: taken, path: { path: wider = '/' } = {}, backend } = match;
  const isRival = ({ ingress, index }: HostRule) =>
    namedClass(ingress) === namedClass(taker) &&
    !isCanary(ingress) &&
    (taken === undefined || ingress.spec.rules?.[index]?.host === taken.host);
  return pathsOf(rulesForHost(candidates, host).filter(isRival)).find(
    (each) =>
      isTooStrict(each, asked) &&
      each.path.length > wider.length &&
      serviceOf(each.backend) !== serviceOf(backend),
  );
}

/** How sure it is that who got the request in its place wrote the answer: it may know the path and mean what it says. */
function fallenThrough(evidence: AnswerEvidence & { readonly ingress: IngressEvidence }) {
  const { ingress, request, observation } = evidence;
  const { match } = ingress;
  const rule = isUnknownThere(observation.code) ? passedOver(ingress, request.host, request.path) : undefined;
  const written =
    rule && writtenByApplication(evidence, ({ code }) => code !== undefined && code === observation.code);
  if (match === undefined || rule === undefined || written === undefined) return undefined;
  const wider = match.path?.path ?? 'its defaultBackend';
  return {
    rule,
    confidence: written === 'Low' ? 'Low' : 'Medium',
    evidence: [
      `${request.path} goes by ${wider} to Service ${serviceOf(match.backend)}, ${rule.path} to Service ${serviceOf(rule.backend)}`,
    ],
  } as const;
}

export const ingressPath = defineCheck({
  id: 'ingress-path',
  title: 'A rule of the Ingress that takes the host takes the path too',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'home'],
  wants: ['service', 'endpoints', 'pods', 'hops'],
  reasons: {
    PathMatchesNoRule: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} takes host {host} but not path {path}; it has {paths}',
      fix: 'Add path {path} for {host} to Ingress {ingress}, or ask {nearest}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404],
    },
    PathTypeTooStrict: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} takes {exact} with pathType Exact, which does not take {path}',
      fix: 'Set pathType of {exact} in Ingress {ingress} to Prefix',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 405],
      leadsTo: [...ANSWERED_ELSEWHERE, 'ApplicationMethodNotAllowed'],
    },
  },
  run(evidence, report) {
    const { ingress: route, request, observation, home } = evidence;
    const { host, path } = request;
    const rules = rulesForHost(route.candidates, host);
    const tooStrict = ({ rule: { ingress }, path: exact, field }: RulePath) => ({
      subject: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, field),
      slots: { ingress: ingress.metadata.name, namespace: ingress.metadata.namespace ?? home, path, exact },
      observed: 'Exact',
      expected: 'Prefix',
    });
    const fallen = fallenThrough(evidence);
    if (fallen !== undefined) {
      const { rule, ...more } = fallen;
      return [report('PathTypeTooStrict', { ...tooStrict(rule), ...more })];
    }
    const [first] = rules;
    if (first === undefined || route.match !== undefined || answeredByApplication(observation)) return [];
    const paths = pathsOf(rules);
    const strict = paths.find((rulePath) => isTooStrict(rulePath, path));
    if (strict !== undefined) return [report('PathTypeTooStrict', tooStrict(strict))];
    const { ingress, index } = first;
    const { name, namespace = home } = ingress.metadata;
    const known = [...new Set(paths.map((each) => each.path))];
    return [
      report('PathMatchesNoRule', {
        subject: referenceTo(
          { kind: 'Ingress', ...ingress.metadata },
          home,
          `spec.rules[${index}].http.paths`,
        ),
        slots: {
          ingress: name,
          namespace,
          host,
          path,
          paths: known.join(', ') || 'no path',
          nearest: nearest(path, known) ?? (known.join(' or ') || 'another host'),
        },
        observed: path,
        expected: known.join(', '),
      }),
    ];
  },
});
