import { type AnswerEvidence, routerOf } from '../model/answering.ts';
import type { Evidence } from '../model/evidence.ts';
import type { ObjectReference } from '../model/reference.ts';
import type { Layer } from '../model/vocabulary.ts';
import { type ProtocolSetting, protocolSetting, valueForTLS } from './backend-protocol.ts';
import { backendScheme } from './backend-request.ts';

/** Who says that the Pods are asked in plain HTTP. */
export interface SchemeDecider {
  readonly subject: ObjectReference;
  readonly layer: Layer;
  /** What it can do to ask them over TLS, a sentence without its full stop. */
  readonly remedy: string;
}

export type DeciderEvidence = AnswerEvidence &
  Pick<Evidence, 'statusProbe'> &
  Partial<Pick<Evidence, 'ingressClass'>>;

const controllerOf = ({ ingressClass }: DeciderEvidence): string | undefined =>
  ingressClass?.ingressClass?.spec.controller;

/** Whether the Ingress asks over TLS already: then who is asked in plain HTTP stands behind the Pods' own port. */
export function asksOverTLS(evidence: DeciderEvidence): boolean {
  const { ingress, service: { service, port } = {} } = evidence;
  if (ingress?.match === undefined || service === undefined || port === undefined) return false;
  const controller = controllerOf(evidence);
  return backendScheme(ingress.match, { service, port, ...(controller && { controller }) }) === 'https';
}

const byAnnotation = (
  { on, key }: ProtocolSetting,
  { ingress, service }: { readonly ingress: ObjectReference; readonly service: ObjectReference },
  value: string,
): SchemeDecider => ({
  subject: { ...(on === 'Ingress' ? ingress : service), field: `metadata.annotations['${key}']` },
  layer: on,
  remedy: `Set annotation ${key} of ${on === 'Ingress' ? ingress.ref : service.ref} to "${value}"`,
});

function onIngress(evidence: DeciderEvidence, ingress: ObjectReference): SchemeDecider {
  const setting = protocolSetting(controllerOf(evidence));
  const { reference: service, port } = evidence.service ?? {};
  if (setting === undefined || service === undefined || port === undefined)
    return { subject: ingress, layer: 'Ingress', remedy: `Let ${ingress.ref} ask over HTTPS` };
  return byAnnotation(setting, { ingress, service }, valueForTLS(setting, service.name, port));
}

/** Gateways ask as policies for the Service say. */
const byPolicy = (service: ObjectReference): SchemeDecider => ({
  subject: service,
  layer: 'Service',
  remedy: `Add a BackendTLSPolicy for ${service.ref}, or what the Gateway knows in its place`,
});

/** Nobody but the probe says how a Service is asked that it names itself. */
const byProbe = (statusProbe: ObjectReference, askedField = ''): SchemeDecider => ({
  subject: {
    ...statusProbe,
    field: askedField.startsWith('spec.target.serviceRef')
      ? 'spec.target.serviceRef.scheme'
      : 'spec.target.url',
  },
  layer: 'Client',
  remedy: `Let ${statusProbe.ref} ask over HTTPS`,
});

/** The object whose setting makes the request plain HTTP where it comes to the Service. */
export function schemeDecider(evidence: DeciderEvidence): SchemeDecider {
  const { service, statusProbe } = evidence;
  const router = routerOf(evidence);
  if (router?.kind === 'Ingress') return onIngress(evidence, router);
  if (router !== undefined && service !== undefined) return byPolicy(service.reference);
  return byProbe(statusProbe, service?.askedBy.field);
}
