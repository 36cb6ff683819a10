import { defineCheck } from '../model/check.ts';
import { allowStatement } from '../model/iam-statement.ts';
import { referenceTo } from '../model/reference.ts';
import { deniedAction, standingComplaint } from '../topology/controller-events.ts';

const COMPLAINTS = ['FailedBuildModel', 'FailedDeployModel'];

export const iamController = defineCheck({
  id: 'iam-controller',
  title: 'The load balancer controller has the permissions that it needs in AWS',
  layer: 'LoadBalancer',
  needs: ['alb', 'events', 'home'],
  reasons: {
    ControllerAccessDenied: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The load balancer controller may not call {action}, which Ingress {ingress} needs',
      fix: 'Add to the policy of {principal} the statement {statement}',
      command: "kubectl -n '{namespace}' describe ingress '{ingress}'",
      explains: ['NoAddress', 'DNS', 'Connection', 'Timeout', 'TLS', '3xx', '4xx', '5xx'],
      leadsTo: [
        'IngressHasNoAddress',
        'ALBListenerNotFound',
        'ALBRuleNotFound',
        'TargetNotInUse',
        'NoTargetsRegistered',
      ],
    },
  },
  run({ alb: { ingress }, events, home }, report) {
    const event = ingress && standingComplaint('Ingress', ingress, events, COMPLAINTS);
    const denied = event && deniedAction(event.message);
    if (ingress === undefined || event === undefined || denied === undefined) return [];
    const { name, namespace = home } = ingress.metadata;
    const { action, principal = 'the controller' } = denied;
    return [
      report('ControllerAccessDenied', {
        subject: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home),
        slots: { ingress: name, namespace, action, principal, statement: allowStatement(action, '*') },
        evidence: [event.message],
      }),
    ];
  },
});
