import { describe, expect, it } from 'vitest';
import { tokenValidity } from './token-validity.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: unknown): string => `${encode({ alg: 'none' })}.${encode(claims)}.c2lnbmF0dXJl`;
const bearer = (claims: unknown) => [{ name: 'authorization', value: `Bearer ${token(claims)}` }];

describe('the validity of a token', () => {
  it('is when it begins and when it ends, and nothing else of it', () => {
    const claims = { sub: 'ann', aud: 'shop', nbf: 1_767_139_200, exp: 1_767_225_600 };
    expect(tokenValidity(bearer(claims))).toEqual({
      notBeforeTime: '2025-12-31T00:00:00.000Z',
      notAfterTime: '2026-01-01T00:00:00.000Z',
    });
    expect(tokenValidity(bearer({ exp: 1_767_225_600 }))).toEqual({
      notAfterTime: '2026-01-01T00:00:00.000Z',
    });
  });

  it('is read of any header that is a credential', () => {
    const value = token({ exp: 1_767_225_600 });
    expect(tokenValidity([{ name: 'X-Token', value, secret: true }])).toBeDefined();
    expect(tokenValidity([{ name: 'Cookie', value: `lang=en; session=${value}` }])).toBeDefined();
    expect(tokenValidity([{ name: 'X-Token', value }])).toBeUndefined();
  });

  it.each([
    ['an opaque token', 'Bearer 0123456789abcdef'],
    ['a password', 'Basic YW5uOnBhNTU='],
    ['a token that is no JSON', 'Bearer eyJhbGciOiJub25lIn0.eyJhbGciOiJub25lI.c2ln'],
    ['times that are none', `Bearer ${token({ exp: 'tomorrow', nbf: 1e300 })}`],
    ['a token without times', `Bearer ${token({ sub: 'ann' })}`],
    ['claims that are no object', `Bearer ${encode({})}.${encode('exp')}.x`],
  ])('is unknown of %s', (_, value) => {
    expect(tokenValidity([{ name: 'Authorization', value }])).toBeUndefined();
  });
});
