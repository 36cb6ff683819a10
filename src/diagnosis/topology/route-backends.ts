import type { HTTPBackendRef, HTTPRoute, ReferenceGrant } from '../model/gateway-api.ts';
import type { RouteBackend } from '../model/http-route-evidence.ts';

export const isService = ({ group = '', kind = 'Service' }: HTTPBackendRef): boolean =>
  group === '' && kind === 'Service';

export const weightOf = ({ weight = 1 }: HTTPBackendRef): number => weight;

/** Of the Services that get requests, the first behind which nobody is ready, else the one that gets most. */
export function backendToExplain(backends: readonly RouteBackend[]): RouteBackend | undefined {
  const asked = backends.filter(({ backendRef }) => isService(backendRef) && weightOf(backendRef) > 0);
  const heaviest = asked.toSorted((a, b) => weightOf(b.backendRef) - weightOf(a.backendRef))[0];
  return asked.find(({ hasReadyEndpoints }) => !hasReadyEndpoints) ?? heaviest;
}

/** Whether the owner of another namespace lets an HTTPRoute send there. */
export const isGranted = (
  { metadata }: HTTPRoute,
  { group = '', kind = 'Service', namespace, name }: HTTPBackendRef,
  grants: readonly ReferenceGrant[],
): boolean =>
  grants.some(
    (grant) =>
      grant.metadata.namespace === namespace &&
      grant.spec.from.some(
        (from) =>
          from.group === 'gateway.networking.k8s.io' &&
          from.kind === 'HTTPRoute' &&
          from.namespace === metadata.namespace,
      ) &&
      grant.spec.to.some(
        (to) => to.group === group && to.kind === kind && (to.name === undefined || to.name === name),
      ),
  );
