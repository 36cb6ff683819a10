import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Workload } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import type { RouteEndpoint } from '../model/route-evidence.ts';
import { healthOnRoute, type SeenGroup } from '../topology/alb-targets.ts';

const isDown = ({ status }: Workload): boolean => (status?.readyReplicas ?? 0) === 0;

/** None of its targets is an address that the Service has now; instances stay when Pods go. */
function isStale({ group, targets }: SeenGroup, endpoints: readonly RouteEndpoint[]): boolean {
  if (group?.TargetType !== 'ip' || !endpoints.some(({ ready }) => ready)) return false;
  return targets.every(
    ({ id, pod }) => pod === undefined && !endpoints.some(({ address }) => address === id),
  );
}

type Seen = Pick<Evidence, 'targetGroups' | 'targetGroupBindings' | 'endpoints'> &
  Partial<Pick<Evidence, 'pods'>>;

/** Only of groups that are bound to this very Service: others are right to have other targets. */
function staleGroup({ endpoints, ...seen }: Seen): SeenGroup | undefined {
  const bound = seen.targetGroupBindings.map(({ spec }) => spec.targetGroupARN);
  const own = healthOnRoute(seen).filter(({ group }) => bound.includes(group?.TargetGroupArn));
  return own.every((each) => isStale(each, endpoints)) ? own[0] : undefined;
}

export const albControllerReady = defineCheck({
  id: 'alb-controller-ready',
  title: 'The load balancer controller is there to register the Pods',
  layer: 'LoadBalancer',
  needs: ['controllerDeployments', 'targetGroups', 'targetGroupBindings', 'endpoints', 'home'],
  wants: ['pods'],
  reasons: {
    ALBControllerNotReady: {
      severity: 'Error',
      owner: 'DevOps',
      message:
        'Target group {group} has none of the present addresses of the Service, and {controller}, which registers them, has no ready Pod',
      fix: 'Bring {controller} back, at no fewer than one replica: it then registers the Pods with {group}',
      command: "kubectl -n '{namespace}' describe deployment '{name}'",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['ApplicationSlow', 'TimeoutBeforePods', ...TARGETS_UNHEALTHY],
    },
  },
  run({ controllerDeployments, home, ...seen }, report) {
    const [deployment] = controllerDeployments;
    const stale = staleGroup(seen);
    if (deployment === undefined || stale === undefined || !controllerDeployments.every(isDown)) return [];
    const { name, namespace = home } = deployment.metadata;
    const subject = referenceTo({ kind: 'Deployment', namespace, name }, home);
    return [
      report('ALBControllerNotReady', {
        subject,
        slots: { group: stale.name, controller: subject.ref, namespace, name },
        evidence: [
          `spec.replicas of ${subject.ref}: ${deployment.spec.replicas ?? 1}`,
          ...stale.targets.map(({ ref }) => `${ref} is no address of the Service`),
        ],
      }),
    ];
  },
});
