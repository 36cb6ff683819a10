import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { TARGETS_UNHEALTHY } from '../model/consequences.ts';
import type { TargetGroupBinding } from '../model/kubernetes.ts';
import { referenceTo } from '../model/reference.ts';
import { causeIn, standingComplaint } from '../topology/controller-events.ts';

const REASONS = {
  BackendNotFound: 'BindingBackendNotFound',
  FailedNetworkReconcile: 'BindingNetworkFailed',
  FailedReconcile: 'BindingFailed',
} as const;

/** What the controller says of a binding, in an Event or in its status. */
function complaintAbout(binding: TargetGroupBinding, events: Parameters<typeof standingComplaint>[2]) {
  const event = standingComplaint('TargetGroupBinding', binding, events, Object.keys(REASONS));
  if (event !== undefined)
    return { name: REASONS[event.reason as keyof typeof REASONS], message: event.message };
  const ready = binding.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'False') return undefined;
  return { name: 'BindingFailed', message: ready.message ?? ready.reason ?? 'not ready' } as const;
}

const COMMAND = "kubectl -n '{namespace}' describe targetgroupbinding '{binding}'";
const binding = { severity: 'Error', owner: 'DevOps', command: COMMAND, explains: GATEWAY_SYMPTOMS } as const;

export const albTargetGroupBinding = defineCheck({
  id: 'alb-target-group-binding',
  title: 'The Service is bound to its target group',
  layer: 'LoadBalancer',
  needs: ['targetGroupBindings', 'events', 'home'],
  reasons: {
    BindingBackendNotFound: {
      ...binding,
      message: 'TargetGroupBinding {binding} finds no Service or port to bind: {cause}',
      fix: 'Name in TargetGroupBinding {binding} a Service and a port that exist',
      leadsTo: TARGETS_UNHEALTHY,
    },
    BindingNetworkFailed: {
      ...binding,
      layer: 'Network',
      message: 'The controller of TargetGroupBinding {binding} cannot open the security groups: {cause}',
      fix: 'Leave just one security group of the nodes with the tag kubernetes.io/cluster, and let the controller change it',
      leadsTo: ['SecurityGroupBlocksTarget', ...TARGETS_UNHEALTHY],
    },
    BindingFailed: {
      ...binding,
      message: 'The controller cannot register the Pods of TargetGroupBinding {binding}: {cause}',
      fix: 'Mend what the controller complains of in TargetGroupBinding {binding}',
      leadsTo: TARGETS_UNHEALTHY,
    },
  },
  run({ targetGroupBindings, events, home }, report) {
    return targetGroupBindings.flatMap((each) => {
      const complaint = complaintAbout(each, events);
      if (complaint === undefined) return [];
      const { name, namespace = home } = each.metadata;
      return [
        report(complaint.name, {
          subject: referenceTo({ kind: 'TargetGroupBinding', ...each.metadata }, home),
          slots: { binding: name, namespace, cause: causeIn(complaint.message) },
          evidence: [complaint.message],
        }),
      ];
    });
  },
});
