import { dnsHost } from './dns-host.ts';
import { endpointsReady } from './endpoints-ready.ts';
import { ingressBackend } from './ingress-backend.ts';
import { ingressClass } from './ingress-class.ts';
import { ingressConflict } from './ingress-conflict.ts';
import { ingressController } from './ingress-controller.ts';
import { ingressHost } from './ingress-host.ts';
import { ingressPath } from './ingress-path.ts';
import { podPort } from './pod-port.ts';
import { servicePort } from './service-port.ts';
import { serviceSelector } from './service-selector.ts';
import { serviceTargetPort } from './service-target-port.ts';
import { serviceTrafficPolicy } from './service-traffic-policy.ts';
import { targetExists } from './target-exists.ts';
import { tlsCertificate } from './tls-certificate.ts';

/** Every check there is. Adding one: its file, its scenarios, a line here, and its place in the matrix. */
export const CHECKS = [
  dnsHost,
  tlsCertificate,
  targetExists,
  ingressClass,
  ingressController,
  ingressHost,
  ingressPath,
  ingressConflict,
  ingressBackend,
  servicePort,
  serviceSelector,
  serviceTargetPort,
  serviceTrafficPolicy,
  endpointsReady,
  podPort,
] as const;

export type CheckId = (typeof CHECKS)[number]['id'];
