import type { Action, Rule, RuleCondition } from '../model/aws.ts';
import type { Evidence } from '../model/evidence.ts';
import type { HTTPIngressPath, Ingress, IngressRule, TargetGroupBinding } from '../model/kubernetes.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';

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

const PREFIX = 'alb.ingress.kubernetes.io/actions.';

/** With all keys in lower case, as the controller reads them in any case. */
function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [key.toLowerCase(), inner]))
        : each,
    );
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether what was asked for is what the rule has, as far as both tell. */
function holdsIn(asked: unknown, made: object | undefined): boolean {
  const has = new Map(Object.entries(made ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]));
  return Object.entries(asked ?? {}).every(
    ([key, value]) => (value ?? '') === '' || !has.has(key) || has.get(key) === String(value),
  );
}

function isAction({ Type, FixedResponseConfig, RedirectConfig }: Action, text: string): boolean {
  const { type, fixedresponseconfig: fixed, redirectconfig: redirect } = parsed(text);
  if (type !== Type) return false;
  if (Type === 'fixed-response') return holdsIn(fixed, FixedResponseConfig);
  return Type !== 'redirect' || holdsIn(redirect, RedirectConfig);
}

/** Whether the rule does with a request what the path says: send it to a Service, or what an annotation tells. */
function hasActionOf({ Actions = [] }: Rule, { metadata }: Ingress, { backend }: HTTPIngressPath): boolean {
  const action = Actions.at(-1);
  if (action === undefined) return true;
  const { name, port } = backend.service ?? {};
  const isAnnotated = port?.name === 'use-annotation';
  const text = metadata.annotations?.[`${PREFIX}${name}`];
  return isAnnotated ? text !== undefined && isAction(action, text) : action.Type === 'forward';
}

const serviceOf = ({ backend: { service } }: HTTPIngressPath): Pick<RuleSource, 'service'> =>
  service === undefined ? {} : { service: service.name };

/** Whose rule it is, of the Ingresses that share a load balancer; undefined where several or none would make it. */
export function sourceOfRule(rule: Rule, ingresses: readonly Ingress[]): RuleSource | undefined {
  const sources = ingresses.flatMap((ingress) =>
    (ingress.spec.rules ?? []).flatMap((each, index) =>
      (each.http?.paths ?? []).flatMap((path, position) =>
        isMadeOf(rule, each, path) && hasActionOf(rule, ingress, path)
          ? [{ ingress, field: `spec.rules[${index}].http.paths[${position}]`, ...serviceOf(path) }]
          : [],
      ),
    ),
  );
  return sources.length === 1 ? sources[0] : undefined;
}

/** The annotation that tells what the rule does, on the Ingress that made it; undefined where none does. */
export function actionAnnotation(
  rule: Rule,
  ingresses: readonly Ingress[],
): { readonly ingress: Ingress; readonly key: string } | undefined {
  const { ingress, service } = sourceOfRule(rule, ingresses) ?? {};
  const key = `${PREFIX}${service}`;
  return ingress?.metadata.annotations?.[key] === undefined ? undefined : { ingress, key };
}

/** Whether a request was or is sent to target groups, and none of them is bound to the Service that the Ingress means. */
export function isElsewhere(
  sent: readonly string[],
  bindings: readonly TargetGroupBinding[] | undefined,
): boolean {
  const bound = (bindings ?? []).flatMap(({ spec }) => spec.targetGroupARN ?? []);
  return sent.length > 0 && bound.length > 0 && !sent.some((arn) => bound.includes(arn));
}

/** The Ingress that made the rule, where the cluster knows it and the rule does not lead to the Service that is meant. */
export function makerOf(
  rule: Rule,
  {
    albIngresses = [],
    targetGroupBindings = [],
    home,
  }: Pick<Evidence, 'home'> & Partial<Pick<Evidence, 'albIngresses' | 'targetGroupBindings'>>,
): ObjectReference | undefined {
  const source = sourceOfRule(rule, albIngresses);
  if (source === undefined) return undefined;
  const { namespace } = source.ingress.metadata;
  const isMeant = targetGroupBindings.some(
    ({ metadata, spec }) => metadata.namespace === namespace && spec.serviceRef?.name === source.service,
  );
  if (isMeant) return undefined;
  return referenceTo({ kind: 'Ingress', ...source.ingress.metadata }, home, source.field);
}
