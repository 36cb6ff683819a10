import type { Ingress } from './kubernetes.ts';

/** What a certificate says of itself; nothing of it is secret. */
export interface CertificateFacts {
  /** DNS names and addresses. */
  readonly subjectAltNames: readonly string[];
  /** RFC 3339. */
  readonly notBeforeTime: string;
  readonly notAfterTime: string;
  /** Lower-case hexadecimal without colons. */
  readonly fingerprintSHA256: string;
  /** Whether the Secret holds the issuer of each of its certificates but the last, and more than the leaf. */
  readonly isChainComplete: boolean;
}

/** What keeps a TLS Secret from being used. */
export type TLSSecretProblem =
  | 'NoCertificate'
  | 'NoKey'
  | 'CertificateUnreadable'
  | 'KeyUnreadable'
  | 'KeyMismatch';

/** A Secret of type `kubernetes.io/tls` without what is secret in it. */
export interface TLSSecret {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly type?: string;
  readonly certificate?: CertificateFacts;
  readonly problem?: TLSSecretProblem;
}

/** The Secret that an Ingress names for the request's host. */
export interface TLSSecretEvidence {
  readonly ingress: Ingress;
  /** `spec.tls[0].secretName` */
  readonly field: string;
  readonly name: string;
  /** Absent when it was looked for and does not exist. */
  readonly secret?: TLSSecret;
}
