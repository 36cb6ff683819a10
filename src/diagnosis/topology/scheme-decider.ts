import { type AnswerEvidence, routerOf } from '../model/answering.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { ObjectReference } from '../model/reference.ts';
import type { ServiceEvidence } from '../model/route-evidence.ts';
import type { Layer } from '../model/vocabulary.ts';
import {
  type AskedProtocol,
  isNamedForHTTP2,
  mayAskHTTP2,
  type ProtocolAnnotation,
  protocolSetting,
  valueFor,
} from './backend-protocol.ts';
import { backendScheme } from './backend-request.ts';

/** Who says that the Pods are asked in plain HTTP/1.1. */
export interface SchemeDecider {
  readonly subject: ObjectReference;
  readonly layer: Layer;
  /** What it can do to ask them as they want it, a sentence without its full stop. */
  readonly remedy: string;
}

export type DeciderEvidence = AnswerEvidence &
  Pick<Evidence, 'statusProbe'> &
  Partial<Pick<Evidence, 'ingressClass'>>;

const controllerOf = ({ ingressClass }: DeciderEvidence): string | undefined =>
  ingressClass?.ingressClass?.spec.controller;

/** Whether it could be seen who asks the Pods for an Ingress. */
export const isAskerKnown = (evidence: DeciderEvidence): boolean =>
  evidence.ingress?.match === undefined || controllerOf(evidence) !== undefined;

/** How the Ingress asks; undefined for what is not HTTP/1, or where no Ingress asks. */
function askedScheme(evidence: DeciderEvidence): 'http' | 'https' | undefined {
  const { ingress, service: { service, port } = {} } = evidence;
  if (ingress?.match === undefined || service === undefined || port === undefined) return undefined;
  const controller = controllerOf(evidence);
  const asking = { ingress: ingress.match.ingress, service, port };
  if (controller === undefined && mayAskHTTP2(asking)) return undefined;
  return backendScheme(ingress.match, { service, port, ...(controller && { controller }) });
}

/** Whether the Ingress asks over TLS already: then who is asked in plain HTTP stands behind the Pods' own port. */
export const asksOverTLS = (evidence: DeciderEvidence): boolean => askedScheme(evidence) === 'https';

/** Istio goes by the names of ports, others by appProtocol alone: whose Gateway it is, is not looked at here. */
const speaksHTTP2ByPort = ({ service }: DeciderEvidence): boolean => {
  const { appProtocol, name } = service?.port ?? {};
  return appProtocol === undefined ? isNamedForHTTP2(name) : !/^https?$/i.test(appProtocol);
};

/** Whether the Pods get HTTP/1.1, as far as it can be told. */
export function asksHTTP1(evidence: DeciderEvidence): boolean {
  const router = routerOf(evidence);
  if (router?.kind === 'Ingress') return askedScheme(evidence) !== undefined;
  return router === undefined ? evidence.observation.httpVersion !== '2' : !speaksHTTP2ByPort(evidence);
}

const VERB = { TLS: 'HTTPS', HTTP2: 'HTTP/2' } as const;

type Place = Pick<SchemeDecider, 'subject' | 'layer'>;

/** Where the annotation stands. */
export const placeOfAnnotation = (
  { on, key }: ProtocolAnnotation,
  { ingress, service }: { readonly ingress: ObjectReference; readonly service: ObjectReference },
): Place => ({
  subject: { ...(on === 'Ingress' ? ingress : service), field: `metadata.annotations['${key}']` },
  layer: on,
});

/** Where the Service names the protocol of its port. */
export const placeOfAppProtocol = ({ reference, service }: ServiceEvidence, port: ServicePort): Place => ({
  subject: { ...reference, field: `spec.ports[${service?.spec.ports?.indexOf(port) ?? 0}].appProtocol` },
  layer: 'Service',
});

function onIngress(
  evidence: DeciderEvidence,
  ingress: ObjectReference,
  protocol: AskedProtocol,
): SchemeDecider {
  const setting = protocolSetting(controllerOf(evidence))?.[protocol];
  const { reference: service, port } = evidence.service ?? {};
  if (setting === undefined || service === undefined || port === undefined)
    return { subject: ingress, layer: 'Ingress', remedy: `Let ${ingress.ref} ask over ${VERB[protocol]}` };
  const place = placeOfAnnotation(setting, { ingress, service });
  const value = valueFor(setting, service.name, port);
  return { ...place, remedy: `Set annotation ${setting.key} of ${place.subject.ref} to "${value}"` };
}

/** Gateways ask as policies for the Service say, and in the protocol that its port names. */
function behindGateway(route: ServiceEvidence, protocol: AskedProtocol): SchemeDecider {
  const { reference, port } = route;
  if (protocol === 'TLS' || port === undefined)
    return {
      subject: reference,
      layer: 'Service',
      remedy: `Add a BackendTLSPolicy for ${reference.ref}, or what the Gateway knows in its place`,
    };
  return {
    ...placeOfAppProtocol(route, port),
    remedy: `Set appProtocol of port ${port.port} of ${reference.ref} to kubernetes.io/h2c`,
  };
}

/** Nobody but the probe says how a Service is asked that it names itself. */
function byProbe(statusProbe: ObjectReference, askedField = '', protocol: AskedProtocol): SchemeDecider {
  const scheme = askedField.startsWith('spec.target.serviceRef')
    ? 'spec.target.serviceRef.scheme'
    : 'spec.target.url';
  return {
    subject: { ...statusProbe, field: protocol === 'TLS' ? scheme : 'spec.request.httpVersion' },
    layer: 'Client',
    remedy: `Let ${statusProbe.ref} ask over ${VERB[protocol]}`,
  };
}

/** The object whose setting makes the request plain HTTP/1.1 where it comes to the Service. */
export function schemeDecider(evidence: DeciderEvidence, protocol: AskedProtocol): SchemeDecider {
  const { service, statusProbe } = evidence;
  const router = routerOf(evidence);
  if (router?.kind === 'Ingress') return onIngress(evidence, router, protocol);
  if (router !== undefined && service !== undefined) return behindGateway(service, protocol);
  return byProbe(statusProbe, service?.askedBy.field, protocol);
}
