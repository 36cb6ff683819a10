import { defineCheck, GATEWAY_SYMPTOMS } from '../model/check.ts';
import type { Service, ServicePort } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import type { ServiceEvidence } from '../model/route-evidence.ts';

const described = ({ port, name }: ServicePort): string =>
  name === undefined ? `${port}` : `${port} (${name})`;

/** The port that was meant: one of a near name, or the one whose target was asked for. */
function meantPort(asked: number | string, ports: readonly ServicePort[]): string | undefined {
  const close = nearest(
    String(asked),
    ports.flatMap(({ name }) => name ?? []),
  );
  return close ?? ports.find(({ targetPort }) => targetPort === asked)?.port.toString();
}

/** An Ingress has a check of its own; clients of a headless or ExternalName Service connect to what DNS names, on any port. */
const isMapped = ({ askedBy }: ServiceEvidence, { spec }: Service): boolean =>
  askedBy.kind === 'StatusProbe' && spec.type !== 'ExternalName' && spec.clusterIP !== 'None';

export const servicePort = defineCheck({
  id: 'service-port',
  title: 'The Service has the port that is asked for, for TCP',
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
    ServicePortNotTCP: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Port {port} of Service {service} is for {protocol}, and HTTP needs TCP',
      fix: 'Set protocol of port {port} of Service {service} to TCP',
      command: "kubectl -n '{namespace}' get service '{service}' -o yaml",
      explains: GATEWAY_SYMPTOMS,
      leadsTo: ['TargetPortNameUnknown', 'NoEndpoints'],
    },
  },
  run({ service: route, home }, report) {
    const { service, port, askedPort, reference } = route;
    if (service === undefined || askedPort === undefined) return [];
    const { ports = [] } = service.spec;
    const { name, namespace = home } = reference;
    const base = { service: name, namespace, port: askedPort };
    if (port === undefined) {
      if (!isMapped(route, service)) return [];
      const known = ports.map(described).join(', ') || 'no port';
      return [
        report('ServicePortNotFound', {
          subject: { ...reference, field: 'spec.ports' },
          slots: { ...base, ports: known, suggested: meantPort(askedPort, ports) ?? known },
          observed: String(askedPort),
          expected: known,
        }),
      ];
    }
    const { protocol = 'TCP' } = port;
    const hasTCP = ports.some((each) => each.port === port.port && (each.protocol ?? 'TCP') === 'TCP');
    if (hasTCP) return [];
    const subject = { ...reference, field: `spec.ports[${ports.indexOf(port)}].protocol` };
    const slots = { ...base, protocol };
    return [report('ServicePortNotTCP', { subject, slots, observed: protocol, expected: 'TCP' })];
  },
});
