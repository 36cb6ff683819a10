import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import type { IngressEvidence } from '../model/ingress-evidence.ts';
import type { Ingress } from '../model/kubernetes.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import type { Layer } from '../model/vocabulary.ts';
import { tlsIndexFor } from '../topology/ingress-tls.ts';

const REASONS = {
  CertificateExpired: 'CertificateExpired',
  CertificateExpiresSoon: 'CertificateExpiresSoon',
  CertificateNotYetValid: 'CertificateNotYetValid',
  CertificateHostMismatch: 'CertificateHostMismatch',
  CertificateUntrusted: 'CertificateUntrusted',
  NotTLS: 'PortSpeaksPlainHTTP',
  TLSExpected: 'PortSpeaksTLS',
  TLSAlert: 'TLSHandshakeFailed',
  TLSFailed: 'TLSHandshakeFailed',
} as const;

const isKnown = (reason: string): reason is keyof typeof REASONS => reason in REASONS;

/** Without a certificate of its own, a controller shows its default one. */
const DEFAULT_CERTIFICATE = ['CertificateHostMismatch', 'CertificateUntrusted'];

const ingressOf = (route: IngressEvidence | undefined): Ingress | undefined =>
  route?.match?.ingress ?? route?.candidates[0];

interface Place {
  readonly subject: ObjectReference;
  readonly layer: Layer;
}

/** Who shows the certificate: the controller of the Ingress or Gateway, the Pods of a Service that is asked directly, or an edge. */
function placeOf({
  request: { host },
  home,
  ingress: route,
  gateways,
  service,
}: Pick<Evidence, 'request' | 'home'> & Partial<Pick<Evidence, 'ingress' | 'gateways' | 'service'>>): Place {
  const ingress = ingressOf(route);
  if (ingress !== undefined) {
    const index = tlsIndexFor(ingress, host);
    const field = index < 0 ? 'spec.tls' : `spec.tls[${index}]`;
    return { subject: referenceTo({ kind: 'Ingress', ...ingress.metadata }, home, field), layer: 'Ingress' };
  }
  if (gateways?.asked !== undefined)
    return { subject: { ...gateways.asked.reference, field: 'spec.listeners' }, layer: 'Ingress' };
  if (service !== undefined) return { subject: service.reference, layer: 'Pod' };
  return { subject: { kind: 'Host', name: host, ref: `Host/${host}` }, layer: 'Edge' };
}

export const tlsCertificate = defineCheck({
  id: 'tls-certificate',
  title: 'The certificate is valid, trusted and for the host',
  layer: 'Ingress',
  needs: ['observation', 'request', 'home'],
  wants: ['ingress', 'gateways', 'service', 'alb'],
  reasons: {
    CertificateExpired: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} has expired',
      fix: 'Renew the certificate for {host}, and see why it was not renewed by itself',
      explains: ['TLS'],
    },
    CertificateExpiresSoon: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} expires sooner than the probe allows',
      fix: 'Renew the certificate for {host}, and see why it was not renewed by itself',
      explains: ['Assertion'],
    },
    CertificateNotYetValid: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} is not valid yet',
      fix: 'Use a certificate for {host} that is valid now, or set the clock of whoever issued it',
      explains: ['TLS'],
    },
    CertificateHostMismatch: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate that is shown for {host} is for {names}',
      fix: 'Use a certificate whose names include {host}',
      explains: ['TLS'],
    },
    CertificateUntrusted: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} is signed by nobody whom the probe trusts',
      fix: 'Use a certificate with its whole chain from a known authority, or give the probe the authority in request.tls.ca',
      explains: ['TLS'],
    },
    HostHasNoTLS: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} has no certificate for {host}, so its controller shows another one',
      fix: 'Add {host} with the Secret of its certificate to spec.tls of Ingress {ingress}',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: ['TLS'],
      leadsTo: DEFAULT_CERTIFICATE,
    },
    PortSpeaksPlainHTTP: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Port {port} of {host} speaks plain HTTP, and the probe asks for TLS',
      fix: 'Serve TLS on port {port}, or ask with scheme http',
      explains: ['TLS'],
    },
    PortSpeaksTLS: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Port {port} of {host} speaks TLS, and the probe asks with plain HTTP',
      fix: 'Ask port {port} with scheme https',
      explains: ['Connection'],
    },
    TLSHandshakeFailed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No TLS connection with {host} came about',
      fix: 'See which TLS versions, ciphers and client certificates the server of {host} wants',
      explains: ['TLS'],
    },
  },
  run(evidence, report) {
    const { observation, request, home } = evidence;
    const { failure, tls } = observation;
    if (failure === undefined || !isKnown(failure.reason)) return [];
    const { host, port } = request;
    const ingress = ingressOf(evidence.ingress);
    const place = placeOf(evidence);
    const names = tls?.subjectAltNames?.join(', ') || 'other hosts';
    const seen = report(REASONS[failure.reason], {
      ...place,
      slots: { host, port, names },
      evidence: [failure.message],
    });
    // A load balancer of AWS takes its certificates from elsewhere.
    const isDefault = DEFAULT_CERTIFICATE.includes(failure.reason) && evidence.alb?.ingress === undefined;
    if (ingress === undefined || !isDefault || tlsIndexFor(ingress, host) >= 0) return [seen];
    const { name, namespace = home } = ingress.metadata;
    const slots = { ingress: name, namespace, host };
    return [report('HostHasNoTLS', { ...place, slots, confidence: 'Medium' }), seen];
  },
});
