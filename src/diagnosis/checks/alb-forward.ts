import type { Rule, TargetGroup } from '../model/aws.ts';
import { quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { NO_TARGET_ANSWERS } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import { answeredByApplication } from '../model/observation.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { actionAnnotation } from '../topology/alb-rule-source.ts';
import { appliedRule, listenerFor, weightedGroupsOf } from '../topology/alb-rules.ts';

/** A target that is being taken out gets no new request. */
const isEmpty = ({ TargetHealthDescriptions: targets }: TargetGroup): boolean =>
  targets.every(({ TargetHealth }) => TargetHealth?.State === 'draining');

/** The target groups that get requests, and those of them that have nobody to send to. */
function weighed({ Actions = [] }: Rule, groups: readonly TargetGroup[]) {
  const weighted = weightedGroupsOf(Actions);
  const taking = weighted.filter(({ Weight = 1 }) => Weight > 0);
  const seen = taking.flatMap(({ TargetGroupArn: arn }) =>
    groups.filter(({ TargetGroupArn }) => TargetGroupArn === arn),
  );
  const empty = seen.filter(isEmpty);
  return { empty, isShared: weighted.length > 1, takesAll: empty.length === taking.length };
}

type Known = Pick<Evidence, 'alb' | 'home' | 'request'> &
  Partial<Pick<Evidence, 'albIngresses' | 'loadBalancer'>>;

/** The annotation that weighs, where an Ingress has it; else what stands in the load balancer alone. */
function weigherOf(rule: Rule, { albIngresses, home, ...known }: Known) {
  const { ingress } = known.alb;
  const found = actionAnnotation(rule, albIngresses ?? (ingress === undefined ? [] : [ingress]));
  if (found === undefined) return undefined;
  const field = `metadata.annotations['${found.key}']`;
  return referenceTo({ kind: 'Ingress', ...found.ingress.metadata }, home, field);
}

const placeOf = (weigher: ObjectReference | undefined, known: Known) =>
  weigher === undefined
    ? { subject: loadBalancerReference(known) }
    : { subject: weigher, layer: 'Ingress' as const };

export const albForward = defineCheck({
  id: 'alb-forward',
  title: 'The target groups to which the rule sends by weight have targets',
  layer: 'LoadBalancer',
  needs: ['alb', 'listeners', 'targetGroups', 'request', 'observation', 'home'],
  wants: ['albIngresses', 'loadBalancer'],
  reasons: {
    WeightOnEmptyTargetGroup: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{weigher} sends {share} to target group {group}, which has no targets',
      fix: 'Give the weight of {group} to a target group that has targets, or scale up what stands behind {group}',
      command: "aws elbv2 describe-target-health --target-group-arn '{arn}'",
      explains: [503],
      leadsTo: NO_TARGET_ANSWERS,
    },
  },
  run({ listeners, targetGroups, observation, ...known }, report) {
    const listener = listenerFor(listeners, known.request.port);
    const applied = listener && appliedRule(listener, known.request);
    if (applied === undefined || answeredByApplication(observation)) return [];
    const { empty, isShared, takesAll } = weighed(applied.rule, targetGroups);
    const weigher = weigherOf(applied.rule, known);
    const [group] = empty;
    // One group of a Service is a matter of the Service and its Pods.
    if (group === undefined || (!isShared && weigher === undefined)) return [];
    const place = placeOf(weigher, known);
    return [
      report('WeightOnEmptyTargetGroup', {
        ...place,
        slots: {
          weigher: place.subject.ref,
          share: takesAll ? 'every request' : 'a share of the requests',
          group: group.TargetGroupName,
          arn: quotable(group.TargetGroupArn),
        },
        confidence: takesAll && applied.certain ? 'High' : 'Medium',
      }),
    ];
  },
});
