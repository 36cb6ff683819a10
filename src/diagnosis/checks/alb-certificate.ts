import type { Certificate } from '../model/aws.ts';
import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';

const SHOW = "aws acm describe-certificate --certificate-arn '{arn}'";

/** Names by which AWS says that a certificate cannot be renewed by itself. */
const NOT_RENEWED: ReadonlySet<string | undefined> = new Set(['PENDING_VALIDATION', 'FAILED']);

const OUT_OF_TIME: ReadonlySet<string | undefined> = new Set([
  'CertificateExpired',
  'CertificateExpiresSoon',
]);

const namesOf = ({ DomainName, SubjectAlternativeNames = [] }: Certificate): readonly string[] => [
  ...new Set([...(DomainName === undefined ? [] : [DomainName]), ...SubjectAlternativeNames]),
];

/** A wildcard stands for one label. */
const isFor = (name: string, host: string): boolean =>
  name.toLowerCase() === host ||
  (name.startsWith('*.') && host.replace(/^[^.]+/, '*') === name.toLowerCase());

const whyNotRenewed = ({
  RenewalSummary: { RenewalStatus, RenewalStatusReason } = {},
}: Certificate): string => [RenewalStatus, RenewalStatusReason].filter(Boolean).join(', ');

export const albCertificate = defineCheck({
  id: 'alb-certificate',
  title: 'The load balancer has a valid certificate for the host',
  layer: 'LoadBalancer',
  needs: ['alb', 'certificates', 'observation', 'request', 'home'],
  wants: ['loadBalancer'],
  reasons: {
    ALBCertificateMissing: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'No certificate of {loadBalancer} on port {port} is for {host}',
      fix: 'Add the ARN of a certificate for {host} to alb.ingress.kubernetes.io/certificate-arn',
      command: "aws acm list-certificates --query 'CertificateSummaryList[].[DomainName,CertificateArn]'",
      explains: ['TLS'],
      leadsTo: ['CertificateHostMismatch', 'CertificateUntrusted', 'HostHasNoTLS'],
    },
    ALBCertificateExpired: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Certificate {certificate} of {loadBalancer}, which is for {host}, has expired',
      fix: 'Import or request a new certificate for {host}, and name its ARN in alb.ingress.kubernetes.io/certificate-arn',
      command: SHOW,
      explains: ['TLS'],
      leadsTo: ['CertificateExpired'],
    },
    ALBCertificateNotRenewed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'ACM cannot renew certificate {certificate} of {loadBalancer}, which is for {host}: {why}',
      fix: 'Restore the DNS records with which ACM validates {host}, or validate the certificate again',
      command: SHOW,
      explains: ['TLS', 'Assertion'],
      leadsTo: ['ALBCertificateExpired', 'CertificateExpired', 'CertificateExpiresSoon'],
    },
  },
  run({ certificates, observation, request, ...evidence }, report) {
    const { host, port } = request;
    const loadBalancer = loadBalancerReference({ ...evidence, request });
    const about = (one: Certificate) => ({
      subject: awsReference('Certificate', one.DomainName ?? one.CertificateArn),
      slots: {
        certificate: one.DomainName ?? one.CertificateArn,
        loadBalancer: loadBalancer.ref,
        host,
        arn: quotable(one.CertificateArn),
        why: whyNotRenewed(one),
      },
      evidence: [
        `${one.CertificateArn} is for ${namesOf(one).join(', ')}, until ${one.NotAfter ?? 'an unknown day'}`,
      ],
    });
    const own = certificates.filter((one) => namesOf(one).some((name) => isFor(name, host)));
    const isKnown = certificates.every((one) => namesOf(one).length > 0);
    if (own.length === 0 && isKnown) {
      const names = certificates.flatMap(namesOf).join(', ');
      const slots = { loadBalancer: loadBalancer.ref, host, port };
      return [
        report('ALBCertificateMissing', {
          subject: loadBalancer,
          slots,
          evidence: [`its certificates are for ${names}`],
        }),
      ];
    }
    if (!OUT_OF_TIME.has(observation.failure?.reason)) return [];
    const isOver = ({ NotAfter = '9999' }: Certificate) => NotAfter <= observation.time;
    // While one of them is valid, that one is shown.
    const expired = own.every(isOver) ? own : [];
    const stuck = own.filter(({ RenewalSummary }) => NOT_RENEWED.has(RenewalSummary?.RenewalStatus));
    return [
      ...stuck.map((one) => report('ALBCertificateNotRenewed', about(one))),
      ...expired.map((one) => report('ALBCertificateExpired', about(one))),
    ];
  },
});
