import { describe, expect, it } from 'vitest';
import type { Observation } from './observation.ts';
import { explainHeaders, notJSON, redirectChain } from './telling-headers.ts';

const answer = (headers: Record<string, string>, more: Partial<Observation> = {}): Observation => ({
  time: '2026-01-01T00:00:00.000Z',
  method: 'PUT',
  url: 'http://shop.test/',
  finalURL: 'http://shop.test/',
  success: false,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  headers,
  ...more,
});

describe('headers are explained', () => {
  it.each([
    [{ 'www-authenticate': 'Basic realm="shop"' }, 'www-authenticate: it asks for a user name and password'],
    [
      { 'www-authenticate': 'Bearer realm="a", Basic realm="b"' },
      'www-authenticate: it asks for a user name and password or a bearer token',
    ],
    [
      { 'www-authenticate': 'Bearer error="invalid_token", error_description="The audience is wrong"' },
      'www-authenticate: it asks for a bearer token, and calls the one that was sent wrong: The audience is wrong',
    ],
    [
      { 'www-authenticate': 'Bearer error=insufficient_scope' },
      'www-authenticate: it asks for a bearer token, and calls the one that was sent wrong: insufficient_scope',
    ],
    [{ 'www-authenticate': 'ApiKey' }, 'www-authenticate: it asks for ApiKey'],
    [
      { 'www-authenticate': 'Digest nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"' },
      'www-authenticate: it asks for a user name and password (Digest)',
    ],
    [{ allow: 'GET, HEAD' }, 'allow: it takes GET, HEAD here, and was asked with PUT'],
    [{ 'retry-after': '120' }, 'retry-after: it asks to wait 120 s'],
    [
      { 'retry-after': 'Fri, 02 Jan 2026 07:28:00 GMT' },
      'retry-after: it asks to wait until Fri, 02 Jan 2026 07:28:00 GMT',
    ],
    [{ 'accept-post': 'application/json' }, 'accept-post: it takes application/json'],
    [{ location: 'https://ann:pw@x.test/a?token=1#b' }, 'location: https://x.test/a'],
  ])('%j', (headers, expected) => {
    expect(explainHeaders(answer(headers))).toEqual([expected]);
  });

  it('says nothing of an answer without any', () => {
    expect(explainHeaders(answer({ 'content-type': 'text/plain', allow: ' ' }))).toEqual([]);
  });
});

it.each([
  [{ 'content-type': 'application/json; charset=utf-8' }, []],
  [{ 'content-type': 'application/problem+json' }, []],
  [{ 'content-type': 'text/html; charset=utf-8' }, ['content-type: it is text/html, and no JSON']],
  [{}, ['content-type: it does not say what it is']],
])('of JSON that is none: %j', (headers, expected) => {
  expect(notJSON(answer(headers as Record<string, string>))).toEqual(expected);
});

it('each redirect is told with who sent it', () => {
  const nginx = { layer: 'Ingress', product: 'nginx', confidence: 'High', evidence: [] } as const;
  const redirects = [
    { url: 'http://shop.test/', code: 308, answeredBy: nginx },
    { url: 'https://shop.test/', code: 302 },
  ];
  expect(redirectChain(answer({}, { redirects, code: 301, finalURL: 'http://shop.test/cart?id=1' }))).toEqual(
    [
      'http://shop.test/: 308 by nginx',
      'https://shop.test/: 302 by somebody who does not sign',
      'http://shop.test/cart: 301 by somebody who does not sign',
    ],
  );
  expect(redirectChain(answer({}, { code: 404 }))).toEqual([]);
});
