import { defineCheck } from '../model/check.ts';
import { ROUTE_ANSWERS } from '../model/consequences.ts';
import { answeredByApplication } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import { conditionOf } from '../topology/gateway-listeners.ts';
import { isGranted, weightOf } from '../topology/route-backends.ts';

export const httpRouteReferenceGrant = defineCheck({
  id: 'httproute-reference-grant',
  title: 'The HTTPRoute may send to Services of other namespaces',
  layer: 'Ingress',
  needs: ['httpRoute', 'routeBackends', 'observation', 'home'],
  wants: ['referenceGrants', 'gateways'],
  reasons: {
    ReferenceGrantMissing: {
      severity: 'Error',
      owner: 'DevOps',
      // What the HTTPRoute itself says may be told; what is in the other namespace need not be.
      message: 'No ReferenceGrant lets HTTPRoute {route} send to the other namespace that {field} names',
      fix: 'Create a ReferenceGrant in that namespace, from HTTPRoutes of namespace {namespace} to the Service',
      command: "kubectl -n '{namespace}' get httproute '{route}' -o yaml",
      explains: [404, 500, 502, 503],
      leadsTo: ['HTTPRouteBackendNotFound', 'HTTPRouteBackendPortNotFound', ...ROUTE_ANSWERS],
    },
  },
  run({ httpRoute: { match }, routeBackends, observation, home, referenceGrants, gateways }, report) {
    if (match === undefined || answeredByApplication(observation)) return [];
    const { name, namespace = home } = match.route.metadata;
    const foreign = routeBackends.filter(
      ({ backendRef, reference }) => weightOf(backendRef) > 0 && reference.namespace !== namespace,
    );
    const isRefused = conditionOf(gateways?.asked?.status, 'ResolvedRefs')?.reason === 'RefNotPermitted';
    return foreign
      .filter(({ backendRef }) =>
        referenceGrants === undefined ? isRefused : !isGranted(match.route, backendRef, referenceGrants),
      )
      .map(({ field }) =>
        report('ReferenceGrantMissing', {
          subject: referenceTo({ kind: 'HTTPRoute', ...match.route.metadata }, home, field),
          slots: { route: name, namespace, field },
          confidence: referenceGrants === undefined ? 'Medium' : 'High',
        }),
      );
  },
});
