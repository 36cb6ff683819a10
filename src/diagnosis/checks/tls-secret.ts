import { defineCheck } from '../model/check.ts';
import type { Observation } from '../model/observation.ts';
import { referenceTo } from '../model/reference.ts';
import type { CertificateFacts, TLSSecret, TLSSecretProblem } from '../model/tls-secret.ts';
import type { Confidence } from '../model/vocabulary.ts';
import { hostRank } from '../topology/ingress-hosts.ts';

const TLS_TYPE = 'kubernetes.io/tls';

const PROBLEMS: Readonly<Record<Exclude<TLSSecretProblem, 'KeyMismatch'>, string>> = {
  NoCertificate: 'holds no certificate under tls.crt',
  NoKey: 'holds no private key under tls.key',
  CertificateUnreadable: 'holds something under tls.crt that is no certificate in PEM',
  KeyUnreadable: 'holds something under tls.key that is no private key in PEM',
};

/** What shows when a controller has no certificate of its own to show. */
const DEFAULT_CERTIFICATE = [
  'CertificateHostMismatch',
  'CertificateUntrusted',
  'TLSHandshakeFailed',
] as const;

/** What shows when it shows the one of the Secret, or still an older one. */
const ANY_CERTIFICATE = [
  'CertificateExpired',
  'CertificateExpiresSoon',
  'CertificateNotYetValid',
  ...DEFAULT_CERTIFICATE,
] as const;

const isFor = ({ subjectAltNames }: CertificateFacts, host: string): boolean =>
  subjectAltNames.some((name) => name !== '' && hostRank(name, host) !== undefined);

const isValid = ({ notBeforeTime, notAfterTime }: CertificateFacts, now: string): boolean =>
  Date.parse(notBeforeTime) <= Date.parse(now) && Date.parse(now) < Date.parse(notAfterTime);

/** What cannot be said of a certificate that is for the host and has not expired. */
const NOT_OF_A_GOOD_ONE: readonly (string | undefined)[] = ['CertificateExpired', 'CertificateHostMismatch'];

/** Whether the edge shows another certificate than the Secret holds, which is good; where nothing tells, no. */
function isAnotherShown(held: CertificateFacts, { tls, detail, failure }: Observation): boolean {
  if (NOT_OF_A_GOOD_ONE.includes(failure?.reason)) return true;
  const shown = detail?.certificate?.fingerprintSHA256;
  if (shown !== undefined) return shown !== held.fingerprintSHA256;
  return tls?.notAfterTime !== undefined && Date.parse(tls.notAfterTime) !== Date.parse(held.notAfterTime);
}

interface Fault {
  readonly reason:
    | 'TLSSecretNotServed'
    | 'TLSSecretExpired'
    | 'TLSSecretExpiresSoon'
    | 'TLSSecretHostMismatch'
    | 'TLSSecretIncompleteChain';
  readonly confidence: Confidence;
}

function faultOf(held: CertificateFacts, host: string, observation: Observation): Fault | undefined {
  const { failure, time } = observation;
  const proved = (reason: Fault['reason']): Fault => ({ reason, confidence: 'High' });
  if (Date.parse(held.notAfterTime) <= Date.parse(time)) return proved('TLSSecretExpired');
  if (!isFor(held, host)) return proved('TLSSecretHostMismatch');
  if (isAnotherShown(held, observation)) {
    return isValid(held, time) ? proved('TLSSecretNotServed') : undefined;
  }
  if (failure?.reason === 'CertificateExpiresSoon') return proved('TLSSecretExpiresSoon');
  // Its issuer may also be an authority of one's own that the probe does not know.
  const isUntrusted = failure?.reason === 'CertificateUntrusted';
  if (isUntrusted && !held.isChainComplete)
    return { reason: 'TLSSecretIncompleteChain', confidence: 'Medium' };
  return undefined;
}

/** A type under which certificate and key mostly have other names. */
const foreignType = ({ type = TLS_TYPE }: TLSSecret): readonly string[] =>
  type === TLS_TYPE ? [] : [`It is of type ${type}, and not ${TLS_TYPE}`];

const isUnusable = (problem: TLSSecretProblem | undefined): problem is keyof typeof PROBLEMS =>
  problem !== undefined && problem !== 'KeyMismatch';

export const tlsSecret = defineCheck({
  id: 'tls-secret',
  title: 'The Secret that the Ingress names for the host holds a certificate and key that can be used',
  layer: 'Ingress',
  needs: ['tlsSecret', 'observation', 'request', 'home'],
  reasons: {
    TLSSecretNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Ingress {ingress} names Secret {secret} for {host}, which does not exist',
      fix: 'Create Secret {secret} with the certificate for {host}, or name the one that has it',
      command: "kubectl -n '{namespace}' get ingress '{ingress}' -o yaml",
      explains: ['TLS'],
      leadsTo: DEFAULT_CERTIFICATE,
    },
    TLSSecretUnusable: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Secret {secret}, which Ingress {ingress} names for {host}, {problem}',
      fix: 'Put certificate and key for {host} into Secret {secret} under tls.crt and tls.key, in PEM',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['TLS'],
      leadsTo: DEFAULT_CERTIFICATE,
    },
    TLSSecretKeyMismatch: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Secret {secret} holds a private key that does not belong to its certificate for {host}',
      fix: 'Put the certificate for {host} into Secret {secret} together with its own key',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['TLS'],
      leadsTo: DEFAULT_CERTIFICATE,
    },
    TLSSecretHostMismatch: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Secret {secret} holds a certificate for {names}, and Ingress {ingress} shows it for {host}',
      fix: 'Put a certificate into Secret {secret} whose names include {host}',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['TLS'],
      leadsTo: DEFAULT_CERTIFICATE,
    },
    TLSSecretExpired: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} in Secret {secret} has expired',
      fix: 'Renew the certificate in Secret {secret}, and see why it was not renewed by itself',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['TLS', 'Assertion'],
      leadsTo: ANY_CERTIFICATE,
    },
    TLSSecretExpiresSoon: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'The certificate for {host} in Secret {secret} expires sooner than the probe allows',
      fix: 'Renew the certificate in Secret {secret}, and see why it was not renewed by itself',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['Assertion'],
      leadsTo: ['CertificateExpiresSoon'],
    },
    TLSSecretNotServed: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Secret {secret} holds a valid certificate for {host}, and another one is shown',
      fix: 'See in the log of the ingress controller why it does not use Secret {secret}, and who else answers for {host}',
      command: "kubectl -n '{namespace}' describe ingress '{ingress}'",
      explains: ['TLS', 'Assertion'],
      leadsTo: ANY_CERTIFICATE,
    },
    TLSSecretIncompleteChain: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Secret {secret} holds the certificate for {host} without those that lead to its authority',
      fix: 'Append the intermediate certificates to tls.crt of Secret {secret}, after the one for {host}',
      command: "kubectl -n '{namespace}' describe secret '{secret}'",
      explains: ['TLS'],
      leadsTo: ['CertificateUntrusted'],
    },
  },
  run({ tlsSecret: { ingress, field, name, secret }, observation, request: { host }, home }, report) {
    const { name: ingressName, namespace = home } = ingress.metadata;
    const slots = { ingress: ingressName, namespace, secret: name, host };
    const named = referenceTo({ kind: 'Ingress', namespace, name: ingressName }, home, field);
    if (secret === undefined) return [report('TLSSecretNotFound', { subject: named, slots })];
    const subject = referenceTo({ kind: 'Secret', namespace, name }, home);
    const { certificate, problem } = secret;
    if (isUnusable(problem)) {
      const described = { ...slots, problem: PROBLEMS[problem] };
      return [report('TLSSecretUnusable', { subject, slots: described, evidence: foreignType(secret) })];
    }
    if (problem === 'KeyMismatch') return [report('TLSSecretKeyMismatch', { subject, slots })];
    const fault = certificate && faultOf(certificate, host, observation);
    if (fault === undefined) return [];
    const names = certificate?.subjectAltNames.join(', ') || 'no host';
    const where = fault.reason === 'TLSSecretNotServed' ? named : subject;
    const { reason, confidence } = fault;
    return [report(reason, { subject: where, slots: { ...slots, names }, confidence })];
  },
});
