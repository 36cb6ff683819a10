import { rootCertificates } from 'node:tls';
import { Body, readBody } from './body.ts';
import { openConnection } from './connection.ts';
import { Interrupted } from './deadline.ts';
import { failureOf, ProbeFault, RefusedFault } from './failure.ts';
import type { Hop, Trip } from './hop.ts';
import { askHTTP1 } from './http1.ts';
import { basicCredentials } from './proxy.ts';
import type { OAuth2Client, TLSSettings } from './request.ts';
import { Stopwatch } from './stopwatch.ts';
import { hostOf, parseURL } from './target-url.ts';

const LONGEST_ANSWER = 65_536;
/** A token is not used in the last part of its life: it must hold until the target has checked it. */
const MARGIN_MILLISECONDS = 30_000;
const DEFAULT_LIFE_SECONDS = 60;

interface Token {
  readonly value: string;
  readonly goodUntil: number;
}

/** Access tokens that are still good, by the client that they were given to. */
export class AccessTokens {
  readonly #tokens = new Map<string, Token>();

  get(client: OAuth2Client, now: number): string | undefined {
    const token = this.#tokens.get(JSON.stringify(client));
    return token !== undefined && token.goodUntil > now ? token.value : undefined;
  }

  keep(client: OAuth2Client, token: Token, now: number): void {
    for (const [key, { goodUntil }] of this.#tokens) if (goodUntil <= now) this.#tokens.delete(key);
    this.#tokens.set(JSON.stringify(client), token);
  }

  /** For a token that the target does not accept. */
  forget(client: OAuth2Client): void {
    this.#tokens.delete(JSON.stringify(client));
  }
}

/** Gets a token by the client credentials grant (RFC 6749, 4.4). Throws a fault `TokenFailed` or the guard's refusal. */
export async function accessToken(
  trip: Trip,
  client: OAuth2Client,
  tokens: AccessTokens,
  now: number,
): Promise<string> {
  const known = tokens.get(client, now);
  if (known !== undefined) return known;
  const stopwatch = new Stopwatch();
  try {
    const token = await requestToken({ ...trip, stopwatch, report: () => {} }, client, now);
    tokens.keep(client, token, now);
    return token.value;
  } catch (error) {
    if (error instanceof RefusedFault || (error instanceof Interrupted && error.why === 'Cancelled'))
      throw error;
    if (error instanceof ProbeFault && error.failure.reason === 'TokenFailed') throw error;
    throw tokenFailed(failureOf(error, stopwatch.phase, 'The token endpoint').message);
  }
}

const tokenFailed = (why: string) =>
  new ProbeFault('Send', 'TokenFailed', `There is no access token to send. ${why}`);

async function requestToken(trip: Trip, client: OAuth2Client, now: number): Promise<Token> {
  const hop = tokenHop(client, trip.request.tls);
  const answer = await askHTTP1(trip, hop, await openConnection(trip, hop), []);
  const body = new Body(LONGEST_ANSWER, true);
  await readBody(answer, body, trip.deadline);
  if (answer.code !== 200) throw tokenFailed(`The token endpoint answered ${answer.code}.`);
  const { access_token: value, expires_in: life } = parseAnswer(body.text);
  if (typeof value !== 'string') throw tokenFailed('The answer of the token endpoint holds no access_token.');
  const lifeSeconds = typeof life === 'number' ? life : DEFAULT_LIFE_SECONDS;
  return { value, goodUntil: now + lifeSeconds * 1000 - MARGIN_MILLISECONDS };
}

function tokenHop({ tokenURL, clientID, clientSecret, scopes }: OAuth2Client, { ca }: TLSSettings): Hop {
  const parsed = parseURL(tokenURL);
  if (!parsed.ok) throw tokenFailed(`The tokenURL cannot be used. ${parsed.message}`);
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const body = form.toString();
  const credentials = basicCredentials(encodeURIComponent(clientID), encodeURIComponent(clientSecret));
  return {
    url: parsed.url,
    purpose: 'token',
    method: 'POST',
    body,
    headers: [
      { name: 'Host', value: parsed.url.host },
      { name: 'Accept', value: 'application/json' },
      { name: 'Authorization', value: credentials },
      { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
      { name: 'Content-Length', value: String(Buffer.byteLength(body)) },
    ],
    serverName: hostOf(parsed.url),
    trusted: false,
    httpVersion: 'HTTP1',
    // The CA is the target's; the issuer of tokens may well be a public one. Its certificate is always verified.
    tls: ca === undefined ? {} : { ca: [...rootCertificates, ca].join('\n') },
  };
}

function parseAnswer(text: string): { access_token?: unknown; expires_in?: unknown } {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
