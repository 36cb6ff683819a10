import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** PEM, as servers and clients take it. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly notAfter: Date;
}

export interface TestAuthority {
  readonly pem: string;
  /** Names are DNS names; what parses as an IPv4 address becomes one. */
  issue(names: readonly string[], validity?: { notBefore?: Date; notAfter?: Date }): Promise<TestCertificate>;
}

/** A certificate authority that lives for one test run. */
export async function createAuthority(commonName = 'Test Authority'): Promise<TestAuthority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    notBefore: inDays(-1),
    notAfter: inDays(3650),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { pem: root.toString('pem'), issue: (names, validity) => issue(root, keys, names, validity) };
}

async function issue(
  root: X509Certificate,
  rootKeys: webcrypto.CryptoKeyPair,
  names: readonly string[],
  { notBefore = inDays(-1), notAfter = inDays(90) }: { notBefore?: Date; notAfter?: Date } = {},
): Promise<TestCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${names[0]}`,
    issuer: root.subject,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension(names.map(generalName)),
      await AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey), notAfter };
}

/** Signed by its own key; no authority knows it. */
export async function selfSigned(names: readonly string[]): Promise<TestCertificate> {
  const keys = await generateKeys();
  const notAfter = inDays(90);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${names[0]}`,
    keys,
    notBefore: inDays(-1),
    notAfter,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension(names.map(generalName))],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey), notAfter };
}

/** Whole seconds, as certificates keep time. */
export const inDays = (days: number): Date => new Date(Math.floor((Date.now() + days * DAY) / 1000) * 1000);

const generalName = (value: string): JsonGeneralName => ({
  type: /^[\d.]+$/.test(value) ? 'ip' : 'dns',
  value,
});

const generateKeys = () =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
}
