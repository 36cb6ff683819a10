import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { mapLookup } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

/** A Gateway API of old knows no such policies. */
export const readBackendTLSPolicies: SlotReader<'backendTLSPolicies'> = async ({ slot, reader }) => {
  const [httpRoute, routed] = await Promise.all([slot('httpRoute'), slot('service')]);
  if (!httpRoute.ok) return httpRoute;
  if (!routed.ok) return routed;
  const { name, namespace = '' } = routed.value.reference;
  const policies = await reader.list('BackendTLSPolicy', { namespace });
  if (!policies.ok && policies.reason === 'NotInstalled') return NOT_APPLICABLE;
  return mapLookup(policies, (all) =>
    all.filter(({ spec }) =>
      spec.targetRefs.some((target) => target.kind === 'Service' && target.name === name),
    ),
  );
};
