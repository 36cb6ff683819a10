import type { Ingress, Service, ServicePort } from '../model/kubernetes.ts';

export interface ProtocolAnnotation {
  readonly on: 'Ingress' | 'Service';
  readonly key: string;
  /** `{service}` and `{port}` stand for the name and number. */
  readonly value: string;
}

export type AskedProtocol = 'TLS' | 'HTTP2';

/** The annotations by which a controller asks a Service otherwise than in plain HTTP/1.1. */
export interface ProtocolSetting extends Readonly<Record<AskedProtocol, ProtocolAnnotation>> {
  /** Without the annotation the Service's port decides, by its number and name; absent: it is asked in plain HTTP. */
  readonly byPort?: true;
}

const both = (
  on: ProtocolAnnotation['on'],
  key: string,
  [tls, http2]: readonly [string, string],
): ProtocolSetting => ({ TLS: { on, key, value: tls }, HTTP2: { on, key, value: http2 } });

const each = (
  on: ProtocolAnnotation['on'],
  [tls, http2]: readonly [string, string],
  [tlsValue, http2Value]: readonly [string, string],
): ProtocolSetting => ({
  TLS: { on, key: tls, value: tlsValue },
  HTTP2: { on, key: http2, value: http2Value },
});

const ALB = each(
  'Ingress',
  ['alb.ingress.kubernetes.io/backend-protocol', 'alb.ingress.kubernetes.io/backend-protocol-version'],
  ['HTTPS', 'GRPC'],
);

/** By the beginning of `spec.controller` of an IngressClass. */
const SETTINGS: Readonly<Record<string, ProtocolSetting>> = {
  'k8s.io/ingress-nginx': both('Ingress', 'nginx.ingress.kubernetes.io/backend-protocol', ['HTTPS', 'GRPC']),
  'ingress.k8s.aws/alb': ALB,
  'eks.amazonaws.com/alb': ALB,
  'nginx.org/ingress-controller': each(
    'Ingress',
    ['nginx.org/ssl-services', 'nginx.org/grpc-services'],
    ['{service}', '{service}'],
  ),
  'haproxy.org/ingress-controller': each(
    'Ingress',
    ['haproxy.org/server-ssl', 'haproxy.org/server-proto'],
    ['true', 'h2'],
  ),
  'haproxy-ingress.github.io/controller': both('Ingress', 'haproxy-ingress.github.io/backend-protocol', [
    'h1-ssl',
    'h2',
  ]),
  'ingress-controllers.konghq.com/kong': both('Service', 'konghq.com/protocol', ['https', 'grpc']),
  'projectcontour.io/': each(
    'Service',
    ['projectcontour.io/upstream-protocol.tls', 'projectcontour.io/upstream-protocol.h2c'],
    ['{port}', '{port}'],
  ),
  'traefik.io/ingress-controller': {
    ...both('Service', 'traefik.ingress.kubernetes.io/service.serversscheme', ['https', 'h2c']),
    byPort: true,
  },
};

/** Undefined for a controller of which it is not known. */
export const protocolSetting = (controller = ''): ProtocolSetting | undefined =>
  Object.entries(SETTINGS).find(([prefix]) => controller.startsWith(prefix))?.[1];

/** Whether it is known what routes for a controller, and that this is not Envoy, as it is for Contour. */
export const isOtherThanEnvoy = (controller = ''): boolean =>
  protocolSetting(controller) !== undefined && !controller.startsWith('projectcontour.io/');

/** The value that asks this port of this Service so. */
export const valueFor = ({ value }: ProtocolAnnotation, service: string, { port }: ServicePort): string =>
  value.replace('{service}', service).replace('{port}', String(port));

/** HTTPS where the port says so, as Traefik and others read it; undefined for what is not HTTP/1. */
export function schemeOfPort({ appProtocol, name = '', port }: ServicePort): 'http' | 'https' | undefined {
  const protocol = appProtocol?.toLowerCase();
  if (protocol !== undefined) return protocol === 'https' || protocol === 'http' ? protocol : undefined;
  return port === 443 || name.startsWith('https') ? 'https' : 'http';
}

/** Protocols that are no HTTP/1: GRPC, GRPCS, FCGI, h2, h2c… */
const OTHER_PROTOCOL = /^(grpcs?|fcgi|h2c?|h2-ssl|http2|tcp|tls|auto_http)$/i;

interface Asking {
  readonly ingress: Ingress;
  readonly service: Service;
  readonly port: ServicePort;
}

const annotated = ({ on, key }: ProtocolAnnotation, { ingress, service }: Asking): string | undefined =>
  (on === 'Ingress' ? ingress : service).metadata.annotations?.[key];

/** Whether the annotation names this port, or how it is asked. */
function isSet(annotation: ProtocolAnnotation, asking: Asking): boolean {
  const { service, port } = asking;
  const named = annotated(annotation, asking)
    ?.toLowerCase()
    .split(/[\s,;]+/);
  const wanted = valueFor(annotation, service.metadata.name, port).toLowerCase();
  return named !== undefined && (named.includes(wanted) || named.includes(port.name ?? wanted));
}

/** The ways to name HTTP/2 in such an annotation, over TLS or without. */
const HTTP2_VALUE = /^(?:grpcs?|h2c?|h2-ssl|http2)$/i;

/** The annotation that has a port asked in HTTP/2; undefined where none does. */
export function http2Annotation(
  { TLS, HTTP2 }: ProtocolSetting,
  asking: Asking,
): ProtocolAnnotation | undefined {
  if (HTTP2_VALUE.test(annotated(TLS, asking) ?? '')) return TLS;
  return HTTP2.key !== TLS.key && isSet(HTTP2, asking) ? HTTP2 : undefined;
}

/** Whether any controller would ask the port so, where it is not seen which one does. */
export const mayAskHTTP2 = (asking: Asking): boolean =>
  Object.values(SETTINGS).some((setting) => http2Annotation(setting, asking) !== undefined);

const asksOtherwise = ({ TLS, HTTP2 }: ProtocolSetting, asking: Asking): boolean =>
  [TLS, HTTP2].some((annotation) => OTHER_PROTOCOL.test(annotated(annotation, asking) ?? '')) ||
  (HTTP2.key !== TLS.key && isSet(HTTP2, asking));

/** How a controller asks a port of a Service by such a setting; undefined for what is not HTTP/1. */
export function schemeBySetting(setting: ProtocolSetting, asking: Asking): 'http' | 'https' | undefined {
  if (asksOtherwise(setting, asking)) return undefined;
  const isByPort = setting.byPort && annotated(setting.TLS, asking) === undefined;
  if (isByPort) return schemeOfPort(asking.port);
  return isSet(setting.TLS, asking) ? 'https' : 'http';
}

/** What ports are called, by a name's beginning or by appProtocol, that speak HTTP/2 without TLS. */
const HTTP2_NAME = /^(?:grpc|http2|h2c)(?:-|$)/;
const HTTP2_APP_PROTOCOL = /^(?:kubernetes\.io\/h2c|grpc|h2c?|http2)$/i;

export const isNamedForHTTP2 = (name = ''): boolean => HTTP2_NAME.test(name);

export const isHTTP2Protocol = (appProtocol = ''): boolean => HTTP2_APP_PROTOCOL.test(appProtocol);
