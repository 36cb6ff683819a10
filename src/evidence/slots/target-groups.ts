import type { Listener } from '../../diagnosis/model/aws.ts';
import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { targetGroupsOf } from '../../diagnosis/topology/alb-rules.ts';
import type { SlotReader } from '../slot-context.ts';
import { awsOf } from './load-balancer.ts';

const groupsOf = (listeners: readonly Listener[]): readonly string[] =>
  listeners.flatMap(({ DefaultActions = [], Rules = [] }) => [
    ...targetGroupsOf(DefaultActions),
    ...Rules.flatMap(({ Actions = [] }) => targetGroupsOf(Actions)),
  ]);

/** By the rules and by the bindings: either may be closed to us, and one is enough. */
export const readTargetGroups: SlotReader<'targetGroups'> = async (context) => {
  const { slot } = context;
  const [listeners, bindings] = await Promise.all([slot('listeners'), slot('targetGroupBindings')]);
  const bound = bindings.ok ? bindings.value.flatMap(({ spec }) => spec.targetGroupARN ?? []) : [];
  const arns = new Set([...bound, ...(listeners.ok ? groupsOf(listeners.value) : [])]);
  if (arns.size === 0) return listeners.ok ? NOT_APPLICABLE : listeners;
  const aws = awsOf(context);
  return aws.ok ? aws.value.targetGroups([...arns].sort()) : aws;
};
