import type { Rule, RuleCondition } from '../model/aws.ts';
import type { HTTPIngressPath, Ingress, IngressRule } from '../model/kubernetes.ts';

/** The path of an Ingress from which AWS' controller made a rule. */
export interface RuleSource {
  readonly ingress: Ingress;
  /** `spec.rules[0].http.paths[1]` */
  readonly field: string;
  /** The Service that it names; absent for an action of an annotation. */
  readonly service?: string;
}

const sameValues = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join('\n') === [...b].sort().join('\n');

function valuesOf({ Conditions = [] }: Rule, field: 'host-header' | 'path-pattern'): readonly string[] {
  const config = ({ HostHeaderConfig, PathPatternConfig }: RuleCondition) =>
    field === 'host-header' ? HostHeaderConfig : PathPatternConfig;
  return Conditions.filter(({ Field }) => Field === field).flatMap(
    (condition) => config(condition)?.Values ?? condition.Values ?? [],
  );
}

/** The patterns that the controller makes of a path. */
function patternsOf({ path = '', pathType }: HTTPIngressPath): readonly string[] {
  if (path === '' || (pathType === 'Prefix' && path === '/')) return ['/*'];
  const prefix = path.replace(/\/$/, '');
  return pathType === 'Prefix' ? [prefix, `${prefix}/*`] : [path];
}

const isMadeOf = (rule: Rule, { host }: IngressRule, path: HTTPIngressPath): boolean =>
  sameValues(valuesOf(rule, 'host-header'), host === undefined ? [] : [host]) &&
  sameValues(valuesOf(rule, 'path-pattern'), patternsOf(path));

const serviceOf = ({ backend: { service } }: HTTPIngressPath): Pick<RuleSource, 'service'> =>
  service === undefined ? {} : { service: service.name };

/** Whose rule it is, of the Ingresses that share a load balancer; undefined where several or none would make it. */
export function sourceOfRule(rule: Rule, ingresses: readonly Ingress[]): RuleSource | undefined {
  const sources = ingresses.flatMap((ingress) =>
    (ingress.spec.rules ?? []).flatMap((each, index) =>
      (each.http?.paths ?? []).flatMap((path, position) =>
        isMadeOf(rule, each, path)
          ? [{ ingress, field: `spec.rules[${index}].http.paths[${position}]`, ...serviceOf(path) }]
          : [],
      ),
    ),
  );
  return sources.length === 1 ? sources[0] : undefined;
}
