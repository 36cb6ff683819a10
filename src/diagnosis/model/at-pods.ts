import { answeredByApplication, type Observation, type Phase } from './observation.ts';
import type { ServiceEvidence } from './route-evidence.ts';

const BEFORE_THE_INGRESS: readonly (Phase | undefined)[] = ['Resolve', 'Connect', 'TLS', 'Send'];

/** Whether somebody on the way sends the request on to the Pods. */
export const isRouted = ({ askedBy: { kind } }: ServiceEvidence): boolean =>
  kind === 'Ingress' || kind === 'HTTPRoute';

/** Whether the failure can be that of a connection to the Pods: neither before it was tried nor after it stood. */
export function isAtPods(service: ServiceEvidence, observation: Observation): boolean {
  const phase = observation.failure?.phase;
  if (!isRouted(service)) return phase === 'Connect';
  return !BEFORE_THE_INGRESS.includes(phase) && !answeredByApplication(observation);
}
