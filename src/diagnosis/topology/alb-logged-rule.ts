import type { AccessLogEntry, Rule } from '../model/aws.ts';
import type { Evidence } from '../model/evidence.ts';
import { isElsewhere } from './alb-rule-source.ts';
import { isDefaultRule, listenerFor, targetGroupsOf } from './alb-rules.ts';

type Known = Pick<Evidence, 'request'> & Partial<Pick<Evidence, 'listeners' | 'targetGroupBindings'>>;

/** The rule that took a logged request, where it still stands; `0` is how the log writes the default rule. */
export function loggedRule(
  { matchedRulePriority: priority }: AccessLogEntry,
  { listeners = [], request }: Known,
): Rule | undefined {
  const { Rules = [] } = listenerFor(listeners, request.port) ?? {};
  return Rules.find((rule) => (priority === '0' ? isDefaultRule(rule) : rule.Priority === priority));
}

/** Whether the request went to the targets of another Service: by the line itself, else by the rule that it names. */
export function wentElsewhere(entry: AccessLogEntry, known: Known): boolean {
  const { targetGroupARN } = entry;
  const sent =
    targetGroupARN === undefined ? targetGroupsOf(loggedRule(entry, known)?.Actions ?? []) : [targetGroupARN];
  return isElsewhere(sent, known.targetGroupBindings);
}
