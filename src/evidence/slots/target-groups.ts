import type { Listener } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE, type Slot } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { RoutedRequest } from '../../diagnosis/model/route-evidence.ts';
import { appliedRule, listenerFor, targetGroupsOf } from '../../diagnosis/topology/alb-rules.ts';
import type { SlotContext, SlotReader } from '../slot-context.ts';
import { awsOf } from './load-balancer.ts';

const groupsOf = (listeners: readonly Listener[]): readonly string[] =>
  listeners.flatMap(({ DefaultActions = [], Rules = [] }) => [
    ...targetGroupsOf(DefaultActions),
    ...Rules.flatMap(({ Actions = [] }) => targetGroupsOf(Actions)),
  ]);

/** Those that the rule sends to which takes the request. */
function groupsOfRule(listeners: readonly Listener[], request: RoutedRequest): readonly string[] {
  const listener = listenerFor(listeners, request.port);
  const { Actions = [] } = (listener && appliedRule(listener, request)?.rule) ?? {};
  return targetGroupsOf(Actions);
}

async function groupsByRules({ slot }: SlotContext): Promise<Slot<readonly string[]>> {
  const [listeners, request] = await Promise.all([slot('listeners'), slot('request')]);
  if (!listeners.ok) return listeners;
  const own = request.ok ? groupsOfRule(listeners.value, request.value) : [];
  return found(own.length > 0 ? own : groupsOf(listeners.value));
}

/** By the bindings, else by the rules: either may be closed to us, and one is enough. */
export const readTargetGroups: SlotReader<'targetGroups'> = async (context) => {
  const bindings = await context.slot('targetGroupBindings');
  const bound = bindings.ok ? bindings.value.flatMap(({ spec }) => spec.targetGroupARN ?? []) : [];
  const arns = bound.length > 0 ? found(bound) : await groupsByRules(context);
  if (!arns.ok) return arns;
  if (arns.value.length === 0) return NOT_APPLICABLE;
  const aws = awsOf(context);
  return aws.ok ? aws.value.targetGroups([...new Set(arns.value)].sort()) : aws;
};
