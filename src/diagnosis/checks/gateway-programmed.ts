import { defineCheck, type Symptom } from '../model/check.ts';
import { NOT_ROUTED, ROUTE_LEFT_OUT } from '../model/consequences.ts';
import type { Gateway } from '../model/gateway-api.ts';
import { answeredByApplication, isHostUnknown } from '../model/observation.ts';
import { conditionOf, gatewayAddresses } from '../topology/gateway-listeners.ts';

const UNSERVED: readonly Symptom[] = ['NoAddress', 'TLS', 'Connection', 'Timeout', 404, 503];
const COMMAND = "kubectl -n '{namespace}' describe gateway '{gateway}'";

/** What keeps the Gateway from its address, as its conditions tell. */
function faultOf({ status }: Gateway) {
  const accepted = conditionOf(status, 'Accepted');
  const programmed = conditionOf(status, 'Programmed');
  const refused = [accepted, programmed].find((condition) => condition?.status === 'False');
  if (refused !== undefined) {
    const { reason: why = 'no reason given', message = '' } = refused;
    const reason = refused === accepted ? 'GatewayNotAccepted' : 'GatewayNotProgrammed';
    return { reason, why, evidence: message === '' ? [] : [message] } as const;
  }
  return accepted?.status === 'True'
    ? undefined
    : ({ reason: 'GatewayNotHandled', why: '', evidence: [] } as const);
}

export const gatewayProgrammed = defineCheck({
  id: 'gateway-programmed',
  title: 'The controller of the Gateway has taken it up and given it an address',
  layer: 'Ingress',
  needs: ['gateways', 'observation', 'home'],
  reasons: {
    GatewayNotHandled: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No controller has taken up Gateway {gateway} of class {class}',
      fix: 'See whether the controller of class {class} runs, and what its log says of Gateway {gateway}',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: ['GatewayHasNoAddress', ...ROUTE_LEFT_OUT, ...NOT_ROUTED],
    },
    GatewayNotAccepted: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The controller does not accept Gateway {gateway}: {why}',
      fix: 'Mend Gateway {gateway} as its controller asks',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: ['GatewayHasNoAddress', ...ROUTE_LEFT_OUT, ...NOT_ROUTED],
    },
    GatewayNotProgrammed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The controller has accepted Gateway {gateway} and could not set it up: {why}',
      fix: 'Mend what the controller of Gateway {gateway} lacks: an address, resources, or a valid listener',
      command: COMMAND,
      explains: UNSERVED,
      leadsTo: ['GatewayHasNoAddress', ...ROUTE_LEFT_OUT, ...NOT_ROUTED],
    },
    GatewayHasNoAddress: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Gateway {gateway} has no address in its status',
      fix: 'See in the log of the controller of class {class} why Gateway {gateway} gets no address',
      command: COMMAND,
      explains: ['NoAddress', 'DNS'],
      // A record for its hosts has nothing to lead to, and external-dns nothing to publish.
      leadsTo: ['HostNotFound'],
    },
  },
  run({ gateways: { asked }, observation, home }, report) {
    if (asked === undefined || answeredByApplication(observation)) return [];
    const { reference: subject, gateway } = asked;
    const { name, namespace = home } = subject;
    const slots = { gateway: name, namespace, class: gateway.spec.gatewayClassName };
    const fault = faultOf(gateway);
    const faults =
      fault === undefined
        ? []
        : [report(fault.reason, { subject, slots: { ...slots, why: fault.why }, evidence: fault.evidence })];
    // Beside what keeps it from an address only where a record is missing, which follows from it.
    const isAsked = fault === undefined && observation.failure?.reason === 'NoAddress';
    const isUnaddressed = (isAsked || isHostUnknown(observation)) && gatewayAddresses(gateway).length === 0;
    return isUnaddressed ? [...faults, report('GatewayHasNoAddress', { subject, slots })] : faults;
  },
});
