import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Condition } from '../model/kubernetes.ts';
import type { Pod } from '../model/pod.ts';
import { hasCondition, namesOf, servingPods, weightAmong, workloadOf } from '../model/serving-pods.ts';
import { TARGET_HEALTH } from '../topology/alb-targets.ts';

/** The load balancer has not finished with a new target: it starts, nothing is wrong yet. */
const COMING: ReadonlySet<string> = new Set(['Elb.RegistrationInProgress', 'Elb.InitialHealthChecking']);

/** The conditions that keep a Pod from being ready; one that nobody has set yet is unknown. */
const closedGates = ({ spec, status }: Pod): readonly Condition[] =>
  (spec.readinessGates ?? [])
    .map(({ conditionType: type }) => {
      const condition = status.conditions?.find((one) => one.type === type);
      return condition ?? { type, status: 'Unknown' };
    })
    .filter((condition) => condition.status !== 'True');

export const podReadinessGate = defineCheck({
  id: 'pod-readiness-gate',
  title: 'The readiness gates of the Pods are met',
  layer: 'Pod',
  needs: ['pods'],
  reasons: {
    ReadinessGateFalse: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Pods of {workload} run but are not ready: readiness gate {gate} says {cause}',
      fix: 'See why whoever sets {gate} does not find the Pods ready',
      command: "kubectl -n '{namespace}' describe '{object}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['NoReadyEndpoints', 'NoEndpoints', 'RolloutStuck'],
    },
  },
  run({ pods }, report) {
    const weight = weightAmong(pods);
    const waiting = servingPods(pods).filter((pod) => hasCondition(pod, 'ContainersReady'));
    return waiting.flatMap((pod) =>
      closedGates(pod).map(({ type, status, reason = 'nothing yet', message = 'no message' }) => {
        const subject = workloadOf(pod, pods);
        return report('ReadinessGateFalse', {
          subject,
          slots: { ...namesOf(subject), gate: type, cause: reason },
          evidence: [`${type} is ${status}: ${message}`],
          ...weight,
          ...(type.startsWith(TARGET_HEALTH) ? { layer: 'LoadBalancer' } : {}),
          ...(COMING.has(reason) ? { severity: 'Info' } : {}),
        });
      }),
    );
  },
});
