import { defineCheck } from '../model/check.ts';
import { nearest } from '../model/nearest.ts';

export const httpRouteExists = defineCheck({
  id: 'httproute-exists',
  title: 'The HTTPRoute that the probe names exists',
  layer: 'Ingress',
  needs: ['httpRoute', 'observation', 'home'],
  reasons: {
    HTTPRouteNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'HTTPRoute {route} does not exist in namespace {namespace}',
      fix: 'Create HTTPRoute {route}, or name one that exists{suggestion}',
      command: "kubectl -n '{namespace}' get httproutes",
      explains: ['TargetNotFound'],
    },
    GatewayAPINotInstalled: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The probe names HTTPRoute {route}, and the cluster does not know the Gateway API',
      fix: 'Install the CRDs of the Gateway API with a controller for it, or probe an Ingress, Service or URL',
      command: 'kubectl api-resources --api-group=gateway.networking.k8s.io',
      explains: ['TargetNotFound'],
    },
  },
  run({ httpRoute: { missing, isInstalled, others }, observation, home }, report) {
    if (missing === undefined || observation.failure?.reason !== 'TargetNotFound') return [];
    const { name: route, namespace = home } = missing;
    if (!isInstalled) return [report('GatewayAPINotInstalled', { subject: missing, slots: { route } })];
    const close = nearest(
      route,
      others.map(({ metadata }) => metadata.name),
    );
    const suggestion = close === undefined ? '' : `, such as ${close}`;
    return [report('HTTPRouteNotFound', { subject: missing, slots: { route, namespace, suggestion } })];
  },
});
