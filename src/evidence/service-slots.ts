import type { SlotName } from '../diagnosis/model/evidence.ts';

/** The slots that hang on which Service takes the request. */
export const SERVICE_SLOTS: ReadonlySet<SlotName> = new Set([
  'service',
  'externalAddresses',
  'endpoints',
  'pods',
  'podMetrics',
  'neighbours',
  'workloads',
  'autoscalers',
  'networkPolicies',
  'events',
  'nodes',
  'dials',
  'hops',
  'health',
  'logs',
  'answerText',
  'dependencies',
  'referenceGrants',
  'backendTLSPolicies',
  'healthCheckedBy',
  'targetGroupBindings',
  'targetGroups',
  'securityGroups',
]);
