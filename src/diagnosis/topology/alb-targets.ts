import type { TargetGroup } from '../model/aws.ts';
import { byCodeUnit } from '../model/code-unit.ts';
import type { Evidence } from '../model/evidence.ts';
import type { TargetGroupBinding } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import type { PodsEvidence } from '../model/route-evidence.ts';
import { servingPods } from '../model/serving-pods.ts';

/** What the AWS Load Balancer Controller writes on a Pod: its health in a target group. */
export const TARGET_HEALTH = 'target-health.elbv2.k8s.aws/';

/** Why a target is unhealthy from which no answer comes. */
export const TIMED_OUT = 'Target.Timeout';

/** One target with its health, from AWS itself or from the Pod's readiness gate. */
export interface AlbTarget {
  readonly group: string;
  /** `Pod/name`, or the target's own name where no Pod of the route has its address. */
  readonly ref: string;
  /** Its address or instance id, and the port that the health check asks; absent where only the gates of Pods tell. */
  readonly id?: string;
  readonly port?: number;
  readonly pod?: Pod;
  readonly healthy: boolean;
  /** Such as `Target.Timeout`; empty where none is told. */
  readonly reason: string;
  readonly description: string;
}

const addressesOf = ({ status }: Pod): readonly (string | undefined)[] => [
  status.podIP,
  ...(status.podIPs ?? []).map(({ ip }) => ip),
];

function targetsOf(group: TargetGroup, pods: PodsEvidence | undefined): readonly AlbTarget[] {
  return group.TargetHealthDescriptions.map(
    ({ Target: { Id, Port }, HealthCheckPort, TargetHealth = {} }) => {
      const port = Number(HealthCheckPort) || Port;
      const pod = pods?.pods.find((each) => addressesOf(each).includes(Id));
      const address = Port === undefined ? Id : `${Id}:${Port}`;
      return {
        group: group.TargetGroupName,
        ref: pod === undefined ? `target ${address}` : `Pod/${pod.metadata.name}`,
        id: Id,
        ...(port && { port }),
        ...(pod && { pod }),
        healthy: TargetHealth.State === 'healthy',
        reason: TargetHealth.Reason ?? '',
        description: TargetHealth.Description ?? '',
      };
    },
  ).sort((a, b) => byCodeUnit(a.ref, b.ref));
}

/** What the controller wrote on the Pods: health without asking AWS. */
const gatedTargets = (pods: PodsEvidence): readonly AlbTarget[] =>
  servingPods(pods).flatMap((pod) =>
    (pod.status.conditions ?? [])
      .filter(({ type }) => type.startsWith(TARGET_HEALTH))
      .map(({ type, status, reason = '', message = '' }) => ({
        group: type.slice(TARGET_HEALTH.length),
        ref: `Pod/${pod.metadata.name}`,
        pod,
        healthy: status === 'True',
        reason,
        description: message,
      })),
  );

/** The target groups of the route's Service where bindings tell them, else all of the load balancer. */
export function groupsOnRoute(
  groups: readonly TargetGroup[],
  bindings: readonly TargetGroupBinding[] = [],
): readonly TargetGroup[] {
  const bound = new Set(bindings.map(({ spec }) => spec.targetGroupARN));
  const own = groups.filter(({ TargetGroupArn }) => bound.has(TargetGroupArn));
  return own.length > 0 ? own : groups;
}

/** One target group on the way with its targets. */
export interface SeenGroup {
  readonly name: string;
  readonly targets: readonly AlbTarget[];
  /** Absent where only the gates of Pods tell of it. */
  readonly group?: TargetGroup;
}

function byGates(pods: PodsEvidence | undefined): readonly SeenGroup[] {
  const targets = pods === undefined ? [] : gatedTargets(pods);
  const names = [...new Set(targets.map(({ group }) => group))].sort();
  return names.map((name) => ({ name, targets: targets.filter(({ group }) => group === name) }));
}

/** Health of the route's targets by AWS' own answer, else by the gates of the Pods. */
export function healthOnRoute({
  targetGroups = [],
  targetGroupBindings,
  pods,
}: Partial<Pick<Evidence, 'targetGroups' | 'targetGroupBindings' | 'pods'>>): readonly SeenGroup[] {
  const asked = groupsOnRoute(targetGroups, targetGroupBindings).map((group) => ({
    name: group.TargetGroupName,
    targets: targetsOf(group, pods),
    group,
  }));
  return asked.length > 0 ? asked : byGates(pods);
}

const TARGET_TYPE = 'alb.ingress.kubernetes.io/target-type';

type Seen = Partial<Pick<Evidence, 'alb' | 'service' | 'targetGroups' | 'targetGroupBindings' | 'pods'>>;

/** Whether a load balancer of AWS' controller sends to the addresses of Pods: by AWS, else by what asks for it. */
export function sendsToPods({ alb, service, targetGroups = [], targetGroupBindings = [] }: Seen): boolean {
  if (alb?.ingress === undefined) return false;
  const types = [
    ...groupsOnRoute(targetGroups, targetGroupBindings).map(({ TargetType }) => TargetType),
    ...targetGroupBindings.map(({ spec }) => spec.targetType),
  ].filter((type) => type !== undefined);
  if (types.length > 0) return types.every((type) => type === 'ip');
  const annotated = [service?.service?.metadata.annotations, alb.ingress.metadata.annotations];
  return annotated.map((each) => each?.[TARGET_TYPE]).find((type) => type !== undefined) === 'ip';
}

/** Why targets are unhealthy to which perhaps no connection comes about. */
const UNREACHED: ReadonlySet<string> = new Set([TIMED_OUT, 'Target.FailedHealthChecks']);

/** Whether the load balancer may get no connection to any target: by their health, else by what it answers. */
export function mayReachNone(seen: Seen, code: number | undefined): boolean {
  const targets = healthOnRoute(seen).flatMap((one) => one.targets);
  if (targets.length === 0) return code === 504;
  const isReached = targets.some(
    ({ healthy, reason }) => healthy || reason === 'Target.ResponseCodeMismatch',
  );
  return !isReached && targets.some(({ reason }) => UNREACHED.has(reason));
}
