import { defineCheck, type Symptom } from '../model/check.ts';
import { NOT_ROUTED } from '../model/consequences.ts';
import { nearest } from '../model/nearest.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { conditionOf, isTrue } from '../topology/gateway-listeners.ts';

/** What is seen of a Gateway that no controller takes up: no address, or another controller that does not know it. */
const UNSERVED: readonly Symptom[] = ['NoAddress', 'TLS', 'Connection', 'Timeout', 404];
const FOLLOWS = [
  'GatewayNotHandled',
  'GatewayNotAccepted',
  'GatewayNotProgrammed',
  'GatewayHasNoAddress',
  'HTTPRouteNotHandled',
  ...NOT_ROUTED,
] as const;

export const gatewayClass = defineCheck({
  id: 'gateway-class',
  title: 'The Gateway has a class that a controller serves',
  layer: 'Ingress',
  needs: ['gatewayClass', 'observation', 'home'],
  reasons: {
    GatewayClassNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Gateway {gateway} names class {class}, which does not exist; there is {existing}',
      fix: 'Set gatewayClassName of Gateway {gateway} to {suggested}',
      command: 'kubectl get gatewayclasses',
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    GatewayClassNotAccepted: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The controller of GatewayClass {class} does not accept it: {why}',
      fix: 'Mend GatewayClass {class} as its controller asks',
      command: "kubectl get gatewayclass '{class}' -o yaml",
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
    GatewayClassHasNoController: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No controller has taken up GatewayClass {class}; it is for {controller}',
      fix: 'Install controller {controller} or see why it does not work, or give Gateway {gateway} another class',
      command: "kubectl get gatewayclass '{class}' -o yaml",
      explains: UNSERVED,
      leadsTo: FOLLOWS,
    },
  },
  run({ gatewayClass: evidence, observation, home }, report) {
    const { gateway, gatewayClass: object, existing } = evidence;
    if (answeredByApplication(observation)) return [];
    const { gatewayClassName } = gateway.spec;
    const { name } = gateway.metadata;
    if (object === undefined) {
      const classes = [...existing].sort().join(', ') || 'no class';
      const suggested = nearest(gatewayClassName, existing) ?? classes;
      const subject = referenceTo({ kind: 'Gateway', ...gateway.metadata }, home, 'spec.gatewayClassName');
      const slots = { gateway: name, class: gatewayClassName, existing: classes, suggested };
      return [
        report('GatewayClassNotFound', { subject, slots, observed: gatewayClassName, expected: suggested }),
      ];
    }
    const subject = referenceTo({ kind: 'GatewayClass', name: gatewayClassName }, home);
    const accepted = conditionOf(object.status, 'Accepted');
    const slots = { class: gatewayClassName, gateway: name, controller: object.spec.controllerName };
    if (accepted?.status === 'False') {
      const { reason: why = 'no reason given', message = '' } = accepted;
      const evidenceLines = message === '' ? [] : [message];
      return [
        report('GatewayClassNotAccepted', { subject, slots: { ...slots, why }, evidence: evidenceLines }),
      ];
    }
    // Who has set up the Gateway serves its class, whatever it writes of it.
    if (accepted?.status === 'True' || isTrue(gateway.status, 'Programmed')) return [];
    return [report('GatewayClassHasNoController', { subject, slots })];
  },
});
