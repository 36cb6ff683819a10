import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';

/** Both are symptoms: whatever keeps the Pods away leads to them, and nobody is accused of them alone. */
export const endpointsReady = defineCheck({
  id: 'endpoints-ready',
  title: 'The Service has ready endpoints',
  layer: 'Service',
  needs: ['service', 'endpoints'],
  reasons: {
    NoEndpoints: {
      severity: 'Error',
      owner: 'Unknown',
      message: 'Service {service} has no endpoints',
      explains: [404, ...GATEWAY_SYMPTOMS],
    },
    NoReadyEndpoints: {
      severity: 'Error',
      owner: 'Unknown',
      layer: 'Pod',
      message: 'No endpoint of Service {service} is ready',
      explains: [404, ...GATEWAY_SYMPTOMS],
    },
    EndpointsNotMaintained: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} has no selector, and nobody has given it endpoints',
      fix: 'Give Service {service} a selector, or an EndpointSlice with the addresses of its backends',
      command: "kubectl -n '{namespace}' get endpointslices -l 'kubernetes.io/service-name={service}'",
      explains: [404, ...GATEWAY_SYMPTOMS],
    },
  },
  run({ service: { service, port, reference }, endpoints }, report) {
    if (service === undefined || port === undefined || service.spec.type === 'ExternalName') return [];
    const { name: serviceName } = service.metadata;
    const behindPort = endpoints.filter((endpoint) => endpoint.port !== undefined);
    const symptom = { subject: reference, slots: { service: serviceName } };
    if (behindPort.some(({ ready }) => ready)) return [];
    if (behindPort.length > 0) return [report('NoReadyEndpoints', { ...symptom, confidence: 'Low' })];
    if (service.spec.selector !== undefined)
      return [report('NoEndpoints', { ...symptom, confidence: 'Low' })];
    const slots = { service: serviceName, namespace: service.metadata.namespace ?? '' };
    return [report('EndpointsNotMaintained', { subject: reference, slots })];
  },
});
