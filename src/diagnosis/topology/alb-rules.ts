import { RE2JS } from 're2js';
import type { Action, Listener, Rule, RuleCondition, TargetGroupTuple } from '../model/aws.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';

export const isDefaultRule = ({ Priority, IsDefault }: Rule): boolean =>
  IsDefault === true || Priority === 'default';

/** ARNs of the target groups that actions send to. */
export const targetGroupsOf = (actions: readonly Action[]): readonly string[] =>
  actions.flatMap(({ TargetGroupArn, ForwardConfig }) => [
    ...(TargetGroupArn === undefined ? [] : [TargetGroupArn]),
    ...(ForwardConfig?.TargetGroups ?? []).flatMap((group) => group.TargetGroupArn ?? []),
  ]);

/** The target groups to which actions forward, each once, with their weights. */
export const weightedGroupsOf = (actions: readonly Action[]): readonly TargetGroupTuple[] =>
  actions
    .filter(({ Type }) => Type === 'forward')
    .flatMap(({ TargetGroupArn, ForwardConfig }) => {
      const weighted = ForwardConfig?.TargetGroups ?? [];
      return weighted.length > 0 || TargetGroupArn === undefined ? weighted : [{ TargetGroupArn }];
    });

/** `*` takes any characters, `?` exactly one. Linear, because patterns are anybody's. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let resume = 0;
  while (inText < text.length) {
    if (pattern[at] === '?' || (pattern[at] !== '*' && pattern[at] === text[inText])) {
      at += 1;
      inText += 1;
    } else if (pattern[at] === '*') {
      star = at;
      resume = inText;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      inText = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function matchesRegex(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch {
    return false;
  }
}

type Truth = 'Yes' | 'No' | 'Unknown';

const truth = (value: boolean): Truth => (value ? 'Yes' : 'No');

interface Patterns {
  readonly Values?: readonly string[];
  readonly RegexValues?: readonly string[];
}

const matchesAny = ({ Values = [], RegexValues = [] }: Patterns, text: string): Truth =>
  truth(
    Values.some((value) => matchesWildcard(value, text)) ||
      RegexValues.some((value) => matchesRegex(value, text)),
  );

const lowered = ({ Values = [], ...rest }: Patterns): Patterns => ({
  ...rest,
  Values: Values.map((value) => value.toLowerCase()),
});

/** What depends on headers, query or the caller's address cannot be told from here. */
function holds(condition: RuleCondition, { host, path, method }: RoutedRequest): Truth {
  const { Field, HostHeaderConfig, PathPatternConfig, HttpRequestMethodConfig } = condition;
  if (Field === 'host-header') return matchesAny(lowered(HostHeaderConfig ?? condition), host);
  if (Field === 'path-pattern') return matchesAny(PathPatternConfig ?? condition, path);
  if (Field === 'http-request-method')
    return truth((HttpRequestMethodConfig?.Values ?? condition.Values ?? []).includes(method));
  return 'Unknown';
}

function takes({ Conditions = [] }: Rule, request: RoutedRequest): Truth {
  const results = Conditions.map((condition) => holds(condition, request));
  if (results.includes('No')) return 'No';
  return results.includes('Unknown') ? 'Unknown' : 'Yes';
}

const priorityOf = (rule: Rule): number =>
  isDefaultRule(rule) ? Number.POSITIVE_INFINITY : Number(rule.Priority);

export interface AppliedRule {
  readonly rule: Rule;
  /** False where a rule before it depends on what cannot be seen from here. */
  readonly certain: boolean;
}

/** The rule that takes a request: the first by priority whose conditions all hold; the default rule last. */
export function appliedRule(
  { Rules = [], DefaultActions }: Listener,
  request: RoutedRequest,
): AppliedRule | undefined {
  const fallback: Rule[] =
    DefaultActions === undefined || Rules.some(({ IsDefault }) => IsDefault)
      ? []
      : [{ Priority: 'default', Actions: DefaultActions, IsDefault: true }];
  const ordered = [...Rules, ...fallback].sort((a, b) => priorityOf(a) - priorityOf(b));
  const index = ordered.findIndex((rule) => takes(rule, request) === 'Yes');
  const rule = ordered[index];
  if (rule === undefined) return undefined;
  const certain = !ordered.slice(0, index).some((each) => takes(each, request) === 'Unknown');
  return { rule, certain };
}

export const listenerFor = (listeners: readonly Listener[], port: number): Listener | undefined =>
  listeners.find(({ Port }) => Port === port);
