import { isCredential } from './hop-headers.ts';
import type { ProbeRequest } from './request.ts';

/** Shorter values would mask by accident what is no secret. */
const SHORTEST = 4;
const MASK = '…';

/** Masks what the request holds in confidence, should the target echo it. */
export class Secrets {
  readonly #values = new Set<string>();

  constructor(request: ProbeRequest) {
    const { headers, basicAuth, bearerToken, oauth2, proxy, body, bodyIsSecret } = request;
    this.add(
      basicAuth?.username,
      basicAuth?.password,
      bearerToken,
      oauth2?.clientSecret,
      proxy?.username,
      proxy?.password,
    );
    if (basicAuth) this.add(Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64'));
    this.add(...headers.filter(isCredential).map(({ value }) => value));
    if (bodyIsSecret && body !== undefined) this.add(Buffer.from(body).toString('utf8'));
  }

  add(...values: readonly (string | undefined)[]): void {
    for (const value of values) if (value !== undefined && value.length >= SHORTEST) this.#values.add(value);
  }

  mask(text: string): string {
    let masked = text;
    for (const value of this.#values) masked = masked.replaceAll(value, MASK);
    return masked;
  }
}
