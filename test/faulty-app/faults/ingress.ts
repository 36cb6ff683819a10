import { createAuthority, inDays } from '../../support/test-certificates.ts';
import { application, devOpsDNS, devOpsIngress, type Fault, HEALTHY } from './fault.ts';

const expired = await createAuthority().then((authority) =>
  authority.issue(['certificate-expired.faults.test'], { notBefore: inDays(-30), notAfter: inDays(-1) }),
);

const SHOP = { name: 'shop', port: { name: 'http' } };

/** A name that the DNS of the cluster knows. */
const LED_ELSEWHERE = 'host-leads-elsewhere.statusprobe-faults.svc.cluster.local';

/** Between the name and the Service; `shop` is sound and serves several of them. */
export const INGRESS_FAULTS: readonly Fault[] = [
  {
    name: 'shop',
    fault: 'nothing is broken',
    objects: application('shop'),
    expected: HEALTHY,
  },
  {
    name: 'backend-service-missing',
    fault: 'the Ingress sends to a Service that does not exist',
    objects: (make) => [make.ingress('backend-service-missing', { backend: { ...SHOP, name: 'shopp' } })],
    expected: devOpsIngress('BackendServiceNotFound', 'Ingress/backend-service-missing'),
  },
  {
    name: 'backend-port-missing',
    fault: 'the Ingress sends to a port that the Service does not have',
    objects: (make) => [
      make.ingress('backend-port-missing', { backend: { ...SHOP, port: { number: 8080 } } }),
    ],
    expected: devOpsIngress('BackendPortNotFound', 'Ingress/backend-port-missing'),
  },
  {
    name: 'ingress-class-missing',
    fault: 'the Ingress names a class that does not exist',
    objects: (make) => [
      make.ingress('ingress-class-missing', { backend: SHOP, spec: { ingressClassName: 'treafik' } }),
    ],
    expected: devOpsIngress('IngressClassNotFound', 'Ingress/ingress-class-missing'),
  },
  {
    name: 'no-ingress-class-yet-served',
    fault: 'none: no class, no default class, and a controller that takes such Ingresses',
    objects: (make) => [
      make.ingress('no-ingress-class-yet-served', { backend: SHOP, spec: { ingressClassName: undefined } }),
    ],
    expected: HEALTHY,
  },
  {
    name: 'ingress-class-by-old-annotation',
    fault: 'the Ingress names the class of a controller that is not installed, by the old annotation',
    objects: (make) => [
      make.ingress('ingress-class-by-old-annotation', {
        backend: SHOP,
        annotations: { 'kubernetes.io/ingress.class': 'nginx' },
        spec: { ingressClassName: undefined },
      }),
    ],
    expected: devOpsIngress('IngressHasNoAddress', 'Ingress/ingress-class-by-old-annotation'),
  },
  {
    name: 'path-type-exact',
    fault: 'the Ingress takes /orders alone, and /orders/17 is asked',
    objects: (make) => [
      make.ingress('path-type-exact', { backend: SHOP, path: '/orders', pathType: 'Exact' }),
    ],
    probe: { target: { ingressRef: { name: 'path-type-exact', path: '/orders/17' } } },
    expected: devOpsIngress('PathTypeTooStrict', 'Ingress/path-type-exact'),
  },
  {
    name: 'ingress-misroute',
    fault: 'the Ingress sends the host’s requests to another application than the one of that name',
    objects: (make) => [
      make.deployment('ingress-misroute'),
      make.service('ingress-misroute'),
      make.ingress('ingress-misroute', { backend: { ...SHOP, name: 'answers' } }),
    ],
    probe: { target: { ingressRef: { name: 'ingress-misroute', path: '/404' } } },
    expected: devOpsIngress('BackendServiceUnlikely', 'Ingress/ingress-misroute'),
  },
  {
    name: 'certificate-expired',
    fault: 'the certificate in the Secret of the Ingress has expired',
    objects: (make) => [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'certificate-expired' },
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': expired.cert, 'tls.key': expired.key },
      },
      make.ingress('certificate-expired', {
        backend: SHOP,
        spec: { tls: [{ hosts: [make.hostOf('certificate-expired')], secretName: 'certificate-expired' }] },
      }),
    ],
    expected: devOpsIngress('CertificateExpired', 'Ingress/certificate-expired'),
  },
  {
    name: 'host-without-certificate',
    fault: 'HTTPS is asked, and the Ingress has no certificate for the host',
    objects: (make) => [make.ingress('host-without-certificate', { backend: SHOP })],
    probe: { target: { ingressRef: { name: 'host-without-certificate', scheme: 'HTTPS' } } },
    expected: devOpsIngress('HostHasNoTLS', 'Ingress/host-without-certificate'),
  },
  {
    name: 'host-leads-elsewhere',
    fault: 'DNS leads the host of the Ingress past it, to another application',
    objects: (make) => [
      make.service('host-leads-elsewhere', { selector: { app: 'answers' } }),
      make.ingress('host-leads-elsewhere', {
        spec: {
          rules: [
            {
              host: LED_ELSEWHERE,
              http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: SHOP } }] },
            },
          ],
        },
      }),
    ],
    probe: { target: { url: `http://${LED_ELSEWHERE}/404` } },
    expected: devOpsDNS('HostPointsElsewhere', `Host/${LED_ELSEWHERE}`),
  },
  {
    name: 'ingress-missing',
    fault: 'the Ingress does not exist',
    expected: devOpsIngress('IngressNotFound', 'Ingress/ingress-missing'),
  },
];
