import { describe, expect, it } from 'vitest';
import { answerBytes, serveBytes, serveHTTP } from '../../test/support/misbehaving-server.ts';
import { probeLoopback } from '../../test/support/probe-loopback.ts';
import { AccessTokens } from './access-token.ts';
import type { OAuth2Client } from './request.ts';

const CLIENT = { clientID: 'probe', clientSecret: 'pass:word', scopes: ['read', 'write'] };

/** Issues `token-1`, `token-2`…, and keeps what it was asked. */
async function issuer(life = 3600) {
  const asked: { authorization: string | undefined; body: string }[] = [];
  const server = await serveHTTP((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ authorization: request.headers.authorization, body });
      response.end(
        JSON.stringify({ access_token: `token-${asked.length}`, expires_in: life, token_type: 'Bearer' }),
      );
    });
  });
  const oauth2: OAuth2Client = { ...CLIENT, tokenURL: `${server.origin}/token` };
  return { oauth2, asked };
}

const target = (accepts: (authorization: string | undefined) => boolean = () => true) =>
  serveHTTP(({ headers }, response) => {
    response.writeHead(accepts(headers.authorization) ? 200 : 401).end(`you sent ${headers.authorization}`);
  });

describe('an access token', () => {
  it('is got by client credentials and sent to the target', async () => {
    const { oauth2, asked } = await issuer();
    const server = await target((authorization) => authorization === 'Bearer token-1');
    const observation = await probeLoopback(server.origin, { oauth2 });
    expect(observation).toMatchObject({ success: true, bodyStart: 'you sent Bearer …' });
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from('probe:pass%3Aword').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=read+write',
      },
    ]);
  });

  it('is kept while it is good', async () => {
    const { oauth2, asked } = await issuer();
    const server = await target();
    const tokens = new AccessTokens();
    await probeLoopback(server.origin, { oauth2 }, {}, { tokens });
    await probeLoopback(server.origin, { oauth2 }, {}, { tokens });
    expect(asked).toHaveLength(1);
    await probeLoopback(server.origin, { oauth2 }, {}, { tokens, now: () => Date.now() + 3_600_000 });
    expect(asked).toHaveLength(2);
  });

  it('is got anew after a 401', async () => {
    const { oauth2, asked } = await issuer();
    const server = await target((authorization) => authorization === 'Bearer token-2');
    const tokens = new AccessTokens();
    const first = await probeLoopback(server.origin, { oauth2 }, {}, { tokens });
    const second = await probeLoopback(server.origin, { oauth2 }, {}, { tokens });
    expect([first.code, second.code, asked.length]).toEqual([401, 200, 2]);
  });

  it.each([
    ['HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n', 'The token endpoint answered 401.'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      'The answer of the token endpoint holds no access_token.',
    ],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull',
      'The answer of the token endpoint holds no access_token.',
    ],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!',
      'The answer of the token endpoint holds no access_token.',
    ],
    ['nonsense', 'The token endpoint answered with something that is not HTTP.'],
  ])('that cannot be got is a failure of its own: %j', async (bytes, why) => {
    const tokenServer = await serveBytes(answerBytes(bytes));
    const server = await target();
    const { failure, code } = await probeLoopback(server.origin, {
      oauth2: { ...CLIENT, tokenURL: tokenServer.origin },
    });
    expect({ failure, code }).toEqual({
      code: undefined,
      failure: { phase: 'Send', reason: 'TokenFailed', message: `There is no access token to send. ${why}` },
    });
    expect(server.connections()).toBe(0);
  });

  it('is waited for no longer than the probe may take', async () => {
    const tokenServer = await serveBytes(() => {});
    const { failure } = await probeLoopback('http://a.example/', {
      oauth2: { ...CLIENT, tokenURL: tokenServer.origin },
      timeoutMilliseconds: 200,
    });
    expect(failure).toMatchObject({ reason: 'TokenFailed' });
  });

  it('is asked for only where the guard allows', async () => {
    const { failure, refusal } = await probeLoopback('http://a.example/', {
      oauth2: { ...CLIENT, tokenURL: 'http://169.254.169.254/token' },
    });
    expect({ reason: failure?.reason, refusal }).toMatchObject({
      reason: 'TargetRefused',
      refusal: { rule: 'CloudMetadata', purpose: 'token', host: '169.254.169.254' },
    });
  });
});
