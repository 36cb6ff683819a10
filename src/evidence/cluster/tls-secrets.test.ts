import { expect, it } from 'vitest';
import { createAuthority } from '../../../test/support/test-certificates.ts';
import { toTLSSecret } from './tls-secrets.ts';

const authority = await createAuthority();
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const shop = await authority.issue(['shop.test', '*.shop.test', '127.0.0.1'], validity);
const cart = await authority.issue(['cart.test']);

const secret = (data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'shop-tls',
    namespace: 'demo',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(data) },
  },
  type: 'kubernetes.io/tls',
  data: Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  ),
});

const problemOf = (data: Readonly<Record<string, string>>) => toTLSSecret(secret(data)).problem;

it('keeps facts alone, and they stay the same when they are read again', () => {
  const facts = toTLSSecret(secret({ 'tls.crt': shop.cert, 'tls.key': shop.key }));
  expect(facts).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop-tls', namespace: 'demo' },
    type: 'kubernetes.io/tls',
    certificate: {
      subjectAltNames: ['shop.test', '*.shop.test', '127.0.0.1'],
      notBeforeTime: '2026-01-01T00:00:00.000Z',
      notAfterTime: '2027-01-01T00:00:00.000Z',
      fingerprintSHA256: expect.stringMatching(/^[0-9a-f]{64}$/),
      isChainComplete: false,
    },
  });
  expect(toTLSSecret(facts)).toEqual(facts);
});

it('keeps nothing of a key that it cannot read', () => {
  const text = JSON.stringify(toTLSSecret(secret({ 'tls.crt': shop.cert, 'tls.key': 'canary-7f3a' })));
  expect(text).toContain('KeyUnreadable');
  expect(text).not.toMatch(/canary|Y2FuYXJ5|BEGIN/);
});

it.each([
  ['nothing', {}, 'NoCertificate'],
  ['no key', { 'tls.crt': shop.cert }, 'NoKey'],
  ['no certificate in PEM', { 'tls.crt': 'shop', 'tls.key': shop.key }, 'CertificateUnreadable'],
  [
    'a broken certificate',
    { 'tls.crt': shop.cert.replace(/M/g, '!'), 'tls.key': shop.key },
    'CertificateUnreadable',
  ],
  ['the key of another', { 'tls.crt': shop.cert, 'tls.key': cart.key }, 'KeyMismatch'],
  ['its own key', { 'tls.crt': shop.cert, 'tls.key': shop.key }, undefined],
])('with %s the problem is seen', (_, data, expected) => {
  expect(problemOf(data)).toBe(expected);
});

it.each([
  ['the leaf alone', shop.cert, false],
  ['leaf and issuer', `${shop.cert}\n${authority.pem}`, true],
  ['a leaf and somebody else', `${shop.cert}\n${cart.cert}`, false],
  ['one that signed itself', authority.pem, true],
])('a chain of %s', (_, chain, expected) => {
  const data = { 'tls.crt': chain, 'tls.key': shop.key };
  expect(toTLSSecret(secret(data)).certificate?.isChainComplete).toBe(expected);
});
