import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asset } from './assets.ts';
import { TooManyTokens } from './viewers.ts';

/** An answer that is one sentence. */
export class Refusal extends Error {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, sentence: string, headers: Readonly<Record<string, string>> = {}) {
    super(sentence);
    this.code = code;
    this.headers = headers;
  }
}

/** What does not exist is answered like what the viewer may not see. */
export const notFound = (): Refusal => new Refusal(404, 'There is nothing here that you may see.');

export const signIn = (): Refusal =>
  new Refusal(401, 'Sign in: send a bearer token that is accepted here.', {
    'www-authenticate': 'Bearer realm="statusprobe"',
  });

/** Nothing inline, nothing from elsewhere, no HTML out of strings but lit-html's own templates. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function sendRefusal(
  response: ServerResponse,
  error: unknown,
  onError: (error: unknown) => void,
): void {
  const { code, headers, message } = error instanceof Refusal ? error : unexpected(error, onError);
  if (response.headersSent) return void response.destroy();
  response
    .writeHead(code, { ...HEADERS, ...headers, 'content-type': 'text/plain; charset=utf-8' })
    .end(`${message}\n`);
}

function unexpected(error: unknown, onError: (error: unknown) => void): Refusal {
  if (error instanceof TooManyTokens)
    return new Refusal(503, 'Too many tokens are being reviewed: try again.', { 'retry-after': '1' });
  onError(error);
  return new Refusal(503, 'Nobody can tell now what you may see: the log of statusprobe says why.');
}

export function sendAsset({ headers }: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const isKnown = headers['if-none-match'] === asset.tag;
  response
    .writeHead(isKnown ? 304 : 200, {
      ...HEADERS,
      'content-type': asset.type,
      'cache-control': 'no-cache',
      etag: asset.tag,
    })
    .end(isKnown ? undefined : asset.body);
}

export function sendJSON(response: ServerResponse, value: object): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export function openEventStream(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
}
