import { NOT_APPLICABLE } from '../../diagnosis/model/evidence.ts';
import type { Gateway, HTTPRoute, ListenerSet, ParentReference } from '../../diagnosis/model/gateway-api.ts';
import type { RouteParent } from '../../diagnosis/model/http-route-evidence.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { referenceTo } from '../../diagnosis/model/reference.ts';
import type { Target } from '../../diagnosis/model/target.ts';
import {
  askedParent,
  isGateway,
  isListenerSet,
  parentStatus,
} from '../../diagnosis/topology/gateway-listeners.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { SlotReader } from '../slot-context.ts';

/** Whether the probe goes through this parent, where it names a listener. */
const isMeant = (target: Target, { sectionName }: ParentReference): boolean => {
  const wanted = target.kind === 'HTTPRoute' ? target.sectionName : undefined;
  return wanted === undefined || sectionName === undefined || sectionName === wanted;
};

type Seen = Pick<RouteParent, 'reference' | 'gateway' | 'listenerSet'>;

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** What a parent is; undefined where the cluster does not know its kind. */
async function lookAt(
  reader: ClusterReader,
  parentRef: ParentReference,
  named: Named,
  home: string,
): Promise<Lookup<Seen | undefined>> {
  if (!isListenerSet(parentRef)) return gatewayAt(reader, named, home);
  const looked = await reader.get('ListenerSet', named);
  if (!looked.ok) return looked.reason === 'NotInstalled' ? found(undefined) : looked;
  const reference = referenceTo({ kind: 'ListenerSet', ...named }, home);
  if (looked.value === undefined) return found({ reference });
  const { parentRef: of } = looked.value.spec;
  const gateway = await gatewayAt(
    reader,
    { namespace: of.namespace ?? named.namespace, name: of.name },
    home,
  );
  return mapLookup(gateway, (seen) => through(looked.value as ListenerSet, seen, reference));
}

const gatewayAt = async (reader: ClusterReader, named: Named, home: string): Promise<Lookup<Seen>> =>
  mapLookup(await reader.get('Gateway', named), (gateway) => ({
    reference: referenceTo({ kind: 'Gateway', ...named }, home),
    ...(gateway && { gateway }),
  }));

/** A Gateway as it is seen through a ListenerSet: with the listeners of the set alone. */
function through(
  { spec: { listeners }, status = {} }: ListenerSet,
  { gateway, ...rest }: Seen,
  reference: RouteParent['reference'],
): Seen {
  const { listeners: statuses, ...ofSet } = status;
  const { listeners: _, ...ofGateway } = gateway?.status ?? {};
  const seen: Gateway | undefined = gateway && {
    ...gateway,
    spec: { ...gateway.spec, listeners },
    status: { ...ofGateway, ...(statuses && { listeners: statuses }) },
  };
  return { ...rest, ...(seen && { gateway: seen }), listenerSet: { reference, ...ofSet } };
}

const namedBy = (route: HTTPRoute, target: Target) =>
  (route.spec.parentRefs ?? [])
    .map((parentRef, index) => ({ parentRef, field: `spec.parentRefs[${index}]` }))
    .filter(
      ({ parentRef }) => (isGateway(parentRef) || isListenerSet(parentRef)) && isMeant(target, parentRef),
    );

export const readGateways: SlotReader<'gateways'> = async ({ slot, reader, probe, observation }) => {
  const [routed, request] = await Promise.all([slot('httpRoute'), slot('request')]);
  if (!routed.ok) return routed;
  if (!request.ok) return request;
  const route = routed.value.match?.route ?? routed.value.candidates[0];
  if (route === undefined) return NOT_APPLICABLE;
  const { namespace: home = '' } = route.metadata;
  const looks = await Promise.all(
    namedBy(route, probe.target).map(async ({ parentRef, field }) => {
      const { namespace = home, name } = parentRef;
      const seen = await lookAt(reader, parentRef, { namespace, name }, probe.namespace);
      const status = parentStatus(route, parentRef);
      return mapLookup(
        seen,
        (parent) => parent && { parentRef, field, ...parent, ...(status && { status }) },
      );
    }),
  );
  const failed = looks.find((look) => !look.ok);
  if (failed !== undefined) return failed;
  const parents: readonly RouteParent[] = looks.flatMap((look) => (look.ok ? (look.value ?? []) : []));
  const listed = await reader.list('Gateway', { namespace: home });
  const existing = listed.ok ? listed.value.map(({ metadata }) => metadata.name) : [];
  const asked = askedParent(parents, observation, request.value);
  return found({ route, parents, ...(asked && { asked }), existing });
};
