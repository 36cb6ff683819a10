import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import { found } from '../../diagnosis/model/lookup.ts';
import type { SlotReader } from '../slot-context.ts';

export const readReferenceGrants: SlotReader<'referenceGrants'> = async ({ slot, reader }) => {
  const routed = await slot('httpRoute');
  if (!routed.ok) return routed;
  const { match } = routed.value;
  const named = (match?.rule.backendRefs ?? []).flatMap(({ namespace }) => namespace ?? []);
  const foreign = [...new Set(named)].filter((namespace) => namespace !== match?.route.metadata.namespace);
  if (foreign.length === 0) return NOT_APPLICABLE;
  const looks = await Promise.all(foreign.map((namespace) => reader.list('ReferenceGrant', { namespace })));
  const failed = looks.find((look) => !look.ok);
  return failed ?? found(looks.flatMap((look) => (look.ok ? look.value : [])));
};
