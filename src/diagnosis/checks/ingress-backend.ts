import { defineCheck } from '../model/check.ts';
import type { IngressMatch } from '../model/ingress-evidence.ts';
import type { Service, ServicePort } from '../model/kubernetes.ts';
import { nearest } from '../model/nearest.ts';
import { referenceTo } from '../model/reference.ts';

/** The ALB controller takes such a backend from an annotation; no Service stands behind it. */
const ALB_ACTION = 'use-annotation';

const backendField = ({ path, field }: IngressMatch): string =>
  path === undefined ? `${field}.service` : `${field}.backend.service`;

const portsOf = ({ spec }: Service): readonly ServicePort[] => spec.ports ?? [];

const described = (ports: readonly ServicePort[]): string =>
  ports.map(({ port, name }) => (name === undefined ? String(port) : `${port} (${name})`)).join(', ') ||
  'no port';

/** The port that was meant: the one whose target was asked for, the one of a near name, or the only one. */
function meantPort(asked: number | string, ports: readonly ServicePort[]): string {
  const byTarget = ports.find(({ targetPort }) => targetPort === asked);
  const close = nearest(
    String(asked),
    ports.flatMap(({ name }) => name ?? []),
  );
  const meant = byTarget ?? ports.find(({ name }) => name !== undefined && name === close);
  return described(meant === undefined ? ports : [meant]);
}

export const ingressBackend = defineCheck({
  id: 'ingress-backend',
  title: 'The Service and port that the Ingress sends to exist',
  layer: 'Ingress',
  needs: ['ingress', 'service', 'home'],
  reasons: {
    BackendServiceNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} sends to Service {service}, which does not exist',
      fix: 'Create Service {service}, or let Ingress {ingress} send to {suggested}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 500, 502, 503, 504],
      // The controller of an ALB answers for it with a rule of its own.
      leadsTo: ['ALBFixedResponse', 'ALBNoTarget'],
    },
    BackendPortNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} sends to port {port} of Service {service}, which has {ports}',
      fix: 'Send Ingress {ingress} to port {suggested} of Service {service}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: [404, 500, 502, 503, 504],
    },
  },
  run({ ingress: { match }, service: { reference, service, port, otherServices }, home }, report) {
    const backend = match?.backend.service;
    if (match === undefined || backend === undefined || backend.port?.name === ALB_ACTION) return [];
    const { name: ingress, namespace = home } = match.ingress.metadata;
    const field = backendField(match);
    const at = { kind: 'Ingress', ...match.ingress.metadata };
    if (service === undefined) {
      const suggested = nearest(backend.name, otherServices) ?? 'a Service that exists';
      const slots = { ingress, namespace, service: backend.name, suggested };
      const subject = referenceTo(at, home, `${field}.name`);
      return [
        report('BackendServiceNotFound', { subject, slots, observed: reference.name, expected: suggested }),
      ];
    }
    const { name, number } = backend.port ?? {};
    const asked = name ?? number;
    const isMapped = port !== undefined || service.spec.type === 'ExternalName';
    if (asked === undefined || isMapped) return [];
    const ports = portsOf(service);
    const suggested = meantPort(asked, ports);
    return [
      report('BackendPortNotFound', {
        subject: referenceTo(at, home, `${field}.port.${name === undefined ? 'number' : 'name'}`),
        slots: { ingress, namespace, service: backend.name, port: asked, ports: described(ports), suggested },
        observed: String(asked),
        expected: suggested,
      }),
    ];
  },
});
