import type { Ingress, Service, ServicePort } from '../model/kubernetes.ts';

/** The annotation by which a controller asks a Service over TLS. */
export interface ProtocolSetting {
  readonly on: 'Ingress' | 'Service';
  readonly key: string;
  /** What asks over TLS; `{service}` and `{port}` stand for the name and number. */
  readonly value: string;
  /** Without the annotation the Service's port decides, by its number and name; absent: it is asked in plain HTTP. */
  readonly byPort?: true;
}

/** By the beginning of `spec.controller` of an IngressClass. */
const SETTINGS: Readonly<Record<string, ProtocolSetting>> = {
  'k8s.io/ingress-nginx': {
    on: 'Ingress',
    key: 'nginx.ingress.kubernetes.io/backend-protocol',
    value: 'HTTPS',
  },
  'ingress.k8s.aws/alb': { on: 'Ingress', key: 'alb.ingress.kubernetes.io/backend-protocol', value: 'HTTPS' },
  'eks.amazonaws.com/alb': {
    on: 'Ingress',
    key: 'alb.ingress.kubernetes.io/backend-protocol',
    value: 'HTTPS',
  },
  'nginx.org/ingress-controller': { on: 'Ingress', key: 'nginx.org/ssl-services', value: '{service}' },
  'haproxy.org/ingress-controller': { on: 'Ingress', key: 'haproxy.org/server-ssl', value: 'true' },
  'haproxy-ingress.github.io/controller': {
    on: 'Ingress',
    key: 'haproxy-ingress.github.io/backend-protocol',
    value: 'h1-ssl',
  },
  'ingress-controllers.konghq.com/kong': { on: 'Service', key: 'konghq.com/protocol', value: 'https' },
  'projectcontour.io/': { on: 'Service', key: 'projectcontour.io/upstream-protocol.tls', value: '{port}' },
  'traefik.io/ingress-controller': {
    on: 'Service',
    key: 'traefik.ingress.kubernetes.io/service.serversscheme',
    value: 'https',
    byPort: true,
  },
};

/** Undefined for a controller of which it is not known. */
export const protocolSetting = (controller = ''): ProtocolSetting | undefined =>
  Object.entries(SETTINGS).find(([prefix]) => controller.startsWith(prefix))?.[1];

/** The value that asks this port of this Service over TLS. */
export const valueForTLS = ({ value }: ProtocolSetting, service: string, { port }: ServicePort): string =>
  value.replace('{service}', service).replace('{port}', String(port));

/** HTTPS where the port says so, as Traefik and others read it; undefined for what is not HTTP/1. */
export function schemeOfPort({ appProtocol, name = '', port }: ServicePort): 'http' | 'https' | undefined {
  const protocol = appProtocol?.toLowerCase();
  if (protocol !== undefined) return protocol === 'https' || protocol === 'http' ? protocol : undefined;
  return port === 443 || name.startsWith('https') ? 'https' : 'http';
}

/** Protocols that are no HTTP/1: GRPC, GRPCS, FCGI, h2, h2c… */
const OTHER_PROTOCOL = /^(grpcs?|fcgi|h2c?|h2-ssl|tcp|tls|auto_http)$/i;

/** How a controller asks a port of a Service by such a setting; undefined for what is not HTTP/1. */
export function schemeBySetting(
  setting: ProtocolSetting,
  { metadata }: Ingress,
  service: Service,
  port: ServicePort,
): 'http' | 'https' | undefined {
  const { annotations = {} } = setting.on === 'Ingress' ? metadata : service.metadata;
  const value = annotations[setting.key];
  if (value === undefined) return setting.byPort ? schemeOfPort(port) : 'http';
  if (OTHER_PROTOCOL.test(value)) return undefined;
  const named = value.toLowerCase().split(/[\s,;]+/);
  const wanted = valueForTLS(setting, service.metadata.name, port).toLowerCase();
  return named.includes(wanted) || named.includes(port.name ?? wanted) ? 'https' : 'http';
}
