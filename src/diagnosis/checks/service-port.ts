import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import { nearest } from '../model/nearest.ts';

export const servicePort = defineCheck({
  id: 'service-port',
  title: 'The Service has the port that the probe asks for',
  layer: 'Service',
  needs: ['service', 'home'],
  reasons: {
    ServicePortNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Service {service} has no port {port}; it has {ports}',
      fix: 'Ask port {suggested} of Service {service}, or add port {port} to it',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: ['TargetNotFound', ...GATEWAY_SYMPTOMS],
    },
  },
  run({ service: { service, port, askedPort, askedBy, reference }, home }, report) {
    const isAskedByRoute = askedBy.kind === 'Ingress' || askedBy.kind === 'HTTPRoute';
    if (service === undefined || port !== undefined || askedPort === undefined || isAskedByRoute) return [];
    const { type, clusterIP, ports = [] } = service.spec;
    // Clients of these connect to what DNS names, on any port.
    if (type === 'ExternalName' || clusterIP === 'None') return [];
    const known = ports.map(({ port: number, name }) =>
      name === undefined ? `${number}` : `${number} (${name})`,
    );
    const close = nearest(
      String(askedPort),
      ports.flatMap(({ name }) => name ?? []),
    );
    const byTarget = ports.find(({ targetPort }) => targetPort === askedPort)?.port;
    const { name, namespace = home } = reference;
    return [
      report('ServicePortNotFound', {
        subject: { ...reference, field: 'spec.ports' },
        slots: {
          service: name,
          namespace,
          port: askedPort,
          ports: known.join(', ') || 'no port',
          suggested: close ?? byTarget ?? (known.join(' or ') || 'one that it has'),
        },
        observed: String(askedPort),
        expected: known.join(', '),
      }),
    ];
  },
});
