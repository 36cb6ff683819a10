import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Gateway, ParentReference } from '../../diagnosis/model/gateway-api.ts';
import type { RouteParent } from '../../diagnosis/model/http-route-evidence.ts';
import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import { askedParent, isGateway, parentStatus } from '../../diagnosis/topology/gateway-listeners.ts';
import type { SlotReader } from '../slot-context.ts';

/** Whether the probe goes through this parent, where it names a listener. */
const isMeant = (target: Target, { sectionName }: ParentReference): boolean => {
  const wanted = target.kind === 'HTTPRoute' ? target.sectionName : undefined;
  return wanted === undefined || sectionName === undefined || sectionName === wanted;
};

export const readGateways: SlotReader<'gateways'> = async ({ slot, reader, probe, observation }) => {
  const [routed, request] = await Promise.all([slot('httpRoute'), slot('request')]);
  if (!routed.ok) return routed;
  if (!request.ok) return request;
  const route = routed.value.match?.route ?? routed.value.candidates[0];
  if (route === undefined) return NOT_APPLICABLE;
  const { namespace: home = '' } = route.metadata;
  const named = (route.spec.parentRefs ?? []).map((parentRef, index) => ({
    parentRef,
    field: `spec.parentRefs[${index}]`,
  }));
  const entries = named.filter(({ parentRef }) => isGateway(parentRef) && isMeant(probe.target, parentRef));
  const looks = await Promise.all(
    entries.map(async ({ parentRef, field }) => {
      const { namespace = home, name } = parentRef;
      const gateway = await reader.get('Gateway', { namespace, name });
      return { parentRef, field, namespace, gateway };
    }),
  );
  const failed = looks.find(({ gateway }) => !gateway.ok)?.gateway;
  if (failed !== undefined && !failed.ok) return failed;
  const parents = looks.map(({ parentRef, field, namespace, gateway }): RouteParent => {
    const status = parentStatus(route, parentRef);
    const seen = gatewayIn(gateway);
    return {
      parentRef,
      field,
      reference: referenceTo({ kind: 'Gateway', namespace, name: parentRef.name }, probe.namespace),
      ...(seen && { gateway: seen }),
      ...(status && { status }),
    };
  });
  const listed = await reader.list('Gateway', { namespace: home });
  const existing = listed.ok ? listed.value.map(({ metadata }) => metadata.name) : [];
  const asked = askedParent(parents, observation, request.value);
  return found({ route, parents, ...(asked && { asked }), existing });
};

const gatewayIn = (looked: Lookup<Gateway | undefined>): Gateway | undefined =>
  looked.ok ? looked.value : undefined;
