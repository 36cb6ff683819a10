import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateFacts, TLSSecret, TLSSecretProblem } from '../../diagnosis/model/tls-secret.ts';

interface RawSecret extends TLSSecret {
  /** Base64 of PEM. */
  readonly data?: Readonly<Record<string, string>>;
}

const MAXIMUM_CERTIFICATES = 10;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** What cannot be read is an answer here: of a key, not even the error is passed on. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(PEM) ?? []).slice(0, MAXIMUM_CERTIFICATES).map((each) => new X509Certificate(each));

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate | undefined): boolean =>
  issuer !== undefined && certificate.checkIssued(issuer);

/** `DNS:shop.example.com, IP Address:10.0.0.1` */
const namesOf = ({ subjectAltName = '' }: X509Certificate): readonly string[] =>
  [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map(([, name = '']) => name);

function factsOf(leaf: X509Certificate, chain: readonly X509Certificate[]): CertificateFacts {
  const links = chain.slice(0, -1).map((certificate, index) => isIssuedBy(certificate, chain[index + 1]));
  return {
    subjectAltNames: namesOf(leaf),
    notBeforeTime: leaf.validFromDate.toISOString(),
    notAfterTime: leaf.validToDate.toISOString(),
    fingerprintSHA256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    isChainComplete: isIssuedBy(leaf, leaf) || (links.length > 0 && links.every((isLinked) => isLinked)),
  };
}

function keyProblem(leaf: X509Certificate, pem: string): TLSSecretProblem | undefined {
  const key: KeyObject | undefined = readable(() => createPrivateKey(pem));
  if (key === undefined) return 'KeyUnreadable';
  return leaf.checkPrivateKey(key) ? undefined : 'KeyMismatch';
}

function contentOf(data: NonNullable<RawSecret['data']>): Pick<TLSSecret, 'certificate' | 'problem'> {
  const pemOf = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const [certificate, key] = [pemOf('tls.crt'), pemOf('tls.key')];
  if (certificate === '') return { problem: 'NoCertificate' };
  const chain = readable(() => certificatesIn(certificate)) ?? [];
  const [leaf] = chain;
  if (leaf === undefined) return { problem: 'CertificateUnreadable' };
  const problem = key === '' ? 'NoKey' : keyProblem(leaf, key);
  return { certificate: factsOf(leaf, chain), ...(problem === undefined ? {} : { problem }) };
}

/**
 * The facts about a TLS Secret, and nothing else of it: no data and no annotations, in which a copy of the data may stand.
 * What was projected before, as in a saved case, stays as it is.
 */
export function toTLSSecret(raw: unknown): TLSSecret {
  const { apiVersion, metadata, type, data, certificate, problem } = raw as RawSecret;
  const { name, namespace } = metadata;
  const known = {
    ...(certificate === undefined ? {} : { certificate }),
    ...(problem === undefined ? {} : { problem }),
  };
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    kind: 'Secret',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...(type === undefined ? {} : { type }),
    ...(certificate === undefined && problem === undefined ? contentOf(data ?? {}) : known),
  };
}
