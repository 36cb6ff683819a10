import { podHops, routerOf, routeState } from '../model/answering.ts';
import { probedByGRPC } from '../model/container-ports.ts';
import { passesHTTPCheck } from '../model/http-check.ts';
import { answeredByApplication, type Observation } from '../model/observation.ts';
import type { Confidence, Severity } from '../model/vocabulary.ts';
import { http2Annotation, isHTTP2Protocol, protocolSetting } from './backend-protocol.ts';
import {
  type DeciderEvidence,
  placeOfAnnotation,
  placeOfAppProtocol,
  type SchemeDecider,
} from './scheme-decider.ts';

/** Controllers of which the annotations are judged by themselves. */
const JUDGED_ELSEWHERE = /^(?:k8s\.io\/ingress-nginx|ingress\.k8s\.aws\/|eks\.amazonaws\.com\/)/;

/** The annotation of Ingress or Service that has the Pods asked in HTTP/2. */
function onIngress(evidence: DeciderEvidence): SchemeDecider | undefined {
  const { ingress, ingressClass } = evidence;
  const { service, port, reference } = evidence.service ?? {};
  const controller = ingressClass?.ingressClass?.spec.controller ?? '';
  const setting = JUDGED_ELSEWHERE.test(controller) ? undefined : protocolSetting(controller);
  const router = routerOf(evidence);
  if (setting === undefined || ingress?.match === undefined || router === undefined) return undefined;
  if (service === undefined || port === undefined || reference === undefined) return undefined;
  const annotation = http2Annotation(setting, { ingress: ingress.match.ingress, service, port });
  if (annotation === undefined) return undefined;
  const place = placeOfAnnotation(annotation, { ingress: router, service: reference });
  return { ...place, remedy: `Take annotation ${annotation.key} off ${place.subject.ref}` };
}

/** Gateways ask in the protocol that the Service's port names. */
function behindGateway({ httpRoute, service: route }: DeciderEvidence): SchemeDecider | undefined {
  const port = route?.port;
  if (httpRoute?.match === undefined || route === undefined || port === undefined) return undefined;
  if (!isHTTP2Protocol(port.appProtocol)) return undefined;
  return {
    ...placeOfAppProtocol(route, port),
    remedy: `Take appProtocol ${port.appProtocol} off port ${port.port} of ${route.reference.ref}`,
  };
}

/** What Envoy says where the Pods do not understand it, or it does not understand them. */
const NOT_UNDERSTOOD = /reset reason: (protocol error|remote reset|connection termination)/;

/** What Envoy and Traefik themselves say then. */
const SAID = /reset reason: protocol error|^Internal Server Error$/;

/** What is seen of a router that does not understand its Pods. */
function isTelling({ code, bodyStart = '' }: Observation): boolean {
  return code === 500 || code === 502 || (code === 503 && NOT_UNDERSTOOD.test(bodyStart));
}

/** An answer in HTTP/1.1; a server of HTTP/2 alone may refuse with 400. */
const isInHTTP1 = ({ code = 0, httpVersion = '1.1' }: Observation): boolean =>
  code >= 200 && code < 500 && code !== 400 && httpVersion.startsWith('1');

interface Weight {
  readonly severity: Severity;
  readonly confidence: Confidence;
}

/** By how the kubelet asks them, where nobody else did; one of these may speak both. */
function weighUnasked({ pods, endpoints = [] }: DeciderEvidence, isSaid: boolean): Weight | undefined {
  const all = pods?.pods ?? [];
  if (all.some((pod) => probedByGRPC(pod).length > 0)) return undefined;
  const isChecked = passesHTTPCheck({ pods: all, endpoints });
  if (isSaid && isChecked) return { severity: 'Error', confidence: 'Medium' };
  return isSaid || isChecked ? { severity: 'Warning', confidence: 'Low' } : undefined;
}

/** How sure it is that the Pods speak HTTP/1.1 and not HTTP/2. */
function weigh(evidence: DeciderEvidence): Weight | undefined {
  const isSaid = SAID.test(evidence.observation.bodyStart ?? '');
  const said = podHops(evidence).map(({ observation }) => observation);
  if (said.length === 0) return weighUnasked(evidence, isSaid);
  return said.every(isInHTTP1) ? { severity: 'Error', confidence: isSaid ? 'High' : 'Medium' } : undefined;
}

/** Who has Pods asked in HTTP/2 that speak HTTP/1.1. */
export function http1Expected(evidence: DeciderEvidence): (SchemeDecider & Weight) | undefined {
  const { observation } = evidence;
  if (!isTelling(observation) || answeredByApplication(observation)) return undefined;
  if (routeState(evidence) !== 'Complete') return undefined;
  const asker = onIngress(evidence) ?? behindGateway(evidence);
  const weight = asker && weigh(evidence);
  return asker && weight && { ...asker, ...weight };
}
