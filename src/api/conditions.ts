import type { Condition } from './generated.ts';

/** Stands for any CamelCase word, where the reasons of a condition are not a closed list. */
export const ANY_REASON = '*';

const REASONS_FOR_NOT_READY = {
  InvalidSpec: 'The spec breaks a rule; the message says which.',
  TargetRefused:
    'The address guard refuses the target; the message names the rule and the flag that would allow it.',
  SecretNotFound: 'A Secret or ConfigMap that the request needs, or a key of it, does not exist.',
  SecretForbidden: 'The operator may not read a Secret or ConfigMap that the request needs.',
  QuotaExceeded: "The namespace has more StatusProbes than the cluster admin's policy allows.",
} as const;

const SUSPENDED = 'spec.suspend is true, or a window of spec.maintenance is open.';

/**
 * Every condition with what it says, the status that it has when all is well (`absent`: then it is not there),
 * and the meaning of each reason under each status that it can have.
 */
export const CONDITIONS = {
  Ready: {
    meaning: 'The spec is accepted and the target is probed.',
    wanted: 'True',
    statuses: {
      True: { Probing: 'The target is probed at the interval.', Suspended: SUSPENDED },
      False: REASONS_FOR_NOT_READY,
    },
  },
  Stalled: {
    meaning:
      'Somebody has to mend the spec or what it refers to; waiting does not help. It is True while Ready is False.',
    wanted: 'absent',
    statuses: { True: REASONS_FOR_NOT_READY },
  },
  Healthy: {
    meaning: 'The answer is as expected.',
    wanted: 'True',
    statuses: {
      True: { Healthy: 'The answer is as expected.' },
      False: {
        [ANY_REASON]:
          'The failure or the code in one word, such as HTTP502, ConnectTimeout or TargetNotFound.',
      },
      Unknown: {
        NotProbed: 'No probe has ended yet, or Ready is False.',
        Suspended: SUSPENDED,
        ProberFailed: "The operator's own network fails too, so that its probes prove nothing.",
      },
    },
  },
  Diagnosed: {
    meaning: 'It is known who fixes the failure.',
    wanted: 'True',
    statuses: {
      True: {
        DevOps: 'A verdict stands: DevOps fixes it.',
        Developer: 'A verdict stands: the developers of the application fix it.',
        Both: 'A verdict stands: both have to look.',
        Unknown: 'A verdict stands: nothing that was seen tells who fixes it.',
        NotNeeded: 'There is no failure to diagnose.',
      },
      False: {
        Disabled: 'spec.diagnose.enabled is false.',
        BudgetExceeded: 'The diagnosis used up its time or its requests before it came to a verdict.',
      },
      Unknown: { InProgress: 'The first diagnosis of this failure is under way.' },
    },
  },
} as const;

type Table = typeof CONDITIONS;
export type ConditionType = keyof Table;
type Reasons<Type extends ConditionType> = Table[Type]['statuses'];
type Word<Reason> = Reason extends typeof ANY_REASON ? string : Reason;

/** What a condition is to say next. Stalled follows Ready by itself. */
export type NextCondition = {
  [Type in Exclude<ConditionType, 'Stalled'>]: {
    [Status in keyof Reasons<Type>]: {
      readonly type: Type;
      readonly status: Status;
      readonly reason: Word<keyof Reasons<Type>[Status]>;
      readonly message: string;
      readonly observedGeneration: number;
    };
  }[keyof Reasons<Type>];
}[Exclude<ConditionType, 'Stalled'>];

/**
 * The conditions with `next` in its place, in the order of the table, others behind. lastTransitionTime moves to `now`
 * (RFC 3339) only with the status. Ready takes Stalled along.
 */
export function setCondition(
  conditions: readonly Condition[],
  next: NextCondition,
  now: string,
): readonly Condition[] {
  const replaced = next.type === 'Ready' ? ['Ready', 'Stalled'] : [next.type];
  const followers =
    next.type === 'Ready' && next.status === 'False'
      ? [{ ...next, type: 'Stalled', status: 'True' as const }]
      : [];
  const written = [next, ...followers].map((condition) => {
    const before = conditions.find(({ type }) => type === condition.type);
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
    return { ...condition, lastTransitionTime };
  });
  const kept = conditions.filter(({ type }) => !replaced.includes(type));
  return [...kept, ...written].sort((a, b) => rank(a) - rank(b));
}

const ORDER: readonly string[] = Object.keys(CONDITIONS);

function rank({ type }: Condition): number {
  return ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length;
}
