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
      message:
        'HTTPRoute {route} sends to Service {service} of namespace {target}, and no ReferenceGrant there allows it',
      fix: 'Create a ReferenceGrant in namespace {target} from HTTPRoutes of namespace {namespace} to Service {service}',
      command: "kubectl -n '{target}' get referencegrants -o yaml",
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
    const refused = conditionOf(gateways?.asked?.status, 'ResolvedRefs');
    const isRefused = refused?.reason === 'RefNotPermitted';
    const { message = '' } = refused ?? {};
    return foreign
      .filter(({ backendRef }) =>
        referenceGrants === undefined ? isRefused : !isGranted(match.route, backendRef, referenceGrants),
      )
      .map(({ field, reference }) =>
        report('ReferenceGrantMissing', {
          subject: referenceTo({ kind: 'HTTPRoute', ...match.route.metadata }, home, field),
          slots: { route: name, namespace, service: reference.name, target: reference.namespace ?? home },
          evidence: isRefused && message !== '' ? [message] : [],
          confidence: referenceGrants === undefined ? 'Medium' : 'High',
        }),
      );
  },
});
