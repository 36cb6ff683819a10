import { defineCheck } from '../model/check.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { type HostRule, rulesForHost } from '../topology/ingress-rules.ts';

interface RulePath {
  readonly rule: HostRule;
  readonly path: string;
  readonly pathType: string;
  readonly field: string;
}

const pathsOf = (rules: readonly HostRule[]): readonly RulePath[] =>
  rules.flatMap((rule) =>
    rule.paths.map(({ path = '/', pathType = 'ImplementationSpecific' }, position) => ({
      rule,
      path,
      pathType,
      field: `spec.rules[${rule.index}].http.paths[${position}].pathType`,
    })),
  );

/** Exact, and it would have taken the path as a Prefix. */
const isTooStrict = ({ path, pathType }: RulePath, asked: string): boolean =>
  pathType === 'Exact' && asked.startsWith(path.endsWith('/') ? path : `${path}/`);

export const ingressPath = defineCheck({
  id: 'ingress-path',
  title: 'A rule of the Ingress that takes the host takes the path too',
  layer: 'Ingress',
  needs: ['ingress', 'request', 'observation', 'home'],
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
      explains: [404],
    },
  },
  run({ ingress: route, request: { host, path }, observation, home }, report) {
    const rules = rulesForHost(route.candidates, host);
    const [first] = rules;
    if (first === undefined || route.match !== undefined || answeredByApplication(observation)) return [];
    const paths = pathsOf(rules);
    const strict = paths.find((rulePath) => isTooStrict(rulePath, path));
    const { ingress, index } = strict?.rule ?? first;
    const { name, namespace = home } = ingress.metadata;
    const place = { kind: 'Ingress', ...ingress.metadata };
    const base = { ingress: name, namespace, host, path };
    if (strict !== undefined) {
      const subject = referenceTo(place, home, strict.field);
      const slots = { ...base, exact: strict.path };
      return [report('PathTypeTooStrict', { subject, slots, observed: 'Exact', expected: 'Prefix' })];
    }
    const known = [...new Set(paths.map((each) => each.path))];
    return [
      report('PathMatchesNoRule', {
        subject: referenceTo(place, home, `spec.rules[${index}].http.paths`),
        slots: {
          ...base,
          paths: known.join(', ') || 'no path',
          nearest: nearest(path, known) ?? (known.join(' or ') || 'another host'),
        },
        observed: path,
        expected: known.join(', '),
      }),
    ];
  },
});
