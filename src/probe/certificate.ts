import type { DetailedPeerCertificate } from 'node:tls';
import type { CertificateDetail } from '../diagnosis/model/observation.ts';

export interface CertificateFacts {
  readonly notAfterTime: string;
  readonly subjectAltNames: readonly string[];
  readonly detail: CertificateDetail;
}

/** What status and metrics say of a certificate and its chain. */
export function describeCertificate(leaf: DetailedPeerCertificate, verified: boolean): CertificateFacts {
  const chain = chainOf(leaf);
  const root = chain.at(-1);
  const sent = chain.length > 1 && root?.issuerCertificate === root ? chain.slice(0, -1) : chain;
  const names = alternativeNames(leaf.subjectaltname ?? '');
  return {
    notAfterTime: new Date(leaf.valid_to).toISOString(),
    subjectAltNames: names.map(({ value }) => value),
    detail: {
      earliestExpirySeconds: earliestExpiry(sent),
      ...(verified && { lastChainExpirySeconds: earliestExpiry(chain) }),
      fingerprintSHA256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
      subject: distinguishedName(leaf.subject),
      issuer: distinguishedName(leaf.issuer),
      serialNumber: leaf.serialNumber.toLowerCase(),
      dnsNames: names.filter(({ type }) => type === 'DNS').map(({ value }) => value),
    },
  };
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [leaf];
  for (
    let next = leaf.issuerCertificate;
    next !== undefined && !chain.includes(next);
    next = next.issuerCertificate
  ) {
    chain.push(next);
  }
  return chain;
}

const earliestExpiry = (chain: readonly DetailedPeerCertificate[]): number =>
  Math.min(...chain.map(({ valid_to }) => Date.parse(valid_to) / 1000));

/** `DNS:a.example, IP Address:10.0.0.1`, where a value with special characters is a JSON string. */
function alternativeNames(text: string): { type: string; value: string }[] {
  return [...text.matchAll(/(\w+(?: \w+)*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].map(
    ([, type = '', value = '']) => ({
      type,
      value: value.startsWith('"') ? String(JSON.parse(value)) : value,
    }),
  );
}

/** As Go's `pkix.Name.String` writes it: the most specific part first. */
const distinguishedName = (name: object): string =>
  Object.entries(name)
    .flatMap(([key, value]) => [value].flat().map((part) => `${key}=${part}`))
    .reverse()
    .join(',');
