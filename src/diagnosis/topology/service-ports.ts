import type { Service, ServicePort } from '../model/kubernetes.ts';

/** Its DNS name gives the addresses of Pods: a client's port is the Pods' own, not mapped by the Service. */
export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

const takesPodPort = (service: Service, { targetPort }: ServicePort, number: number): boolean =>
  isHeadless(service) && targetPort === number;

/** The port of a Service that a number or name asks for. */
export function findServicePort(service: Service, asked: number | string): ServicePort | undefined {
  const ports = service.spec.ports ?? [];
  if (typeof asked === 'string') return ports.find(({ name }) => name === asked);
  return ports.find(({ port }) => port === asked) ?? ports.find((port) => takesPodPort(service, port, asked));
}
