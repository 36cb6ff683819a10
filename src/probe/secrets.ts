import { isCredential } from './hop-headers.ts';
import { basicCredentials } from './proxy.ts';
import type { ProbeRequest } from './request.ts';

const MASK = '…';

/** Masks what the request holds in confidence, should the target echo it. */
export class Secrets {
  /** The longest first, so that no part of one is left when another begins like it. */
  #values: readonly string[] = [];

  constructor(request: ProbeRequest) {
    const { headers, basicAuth, bearerToken, oauth2, proxy, body, bodyIsSecret } = request;
    const { username, password } = basicAuth ?? {};
    this.add(username, password, bearerToken, oauth2?.clientSecret, proxy?.username, proxy?.password);
    if (basicAuth) this.add(encoded(basicAuth.username, basicAuth.password));
    if (proxy?.username !== undefined) this.add(encoded(proxy.username, proxy.password ?? ''));
    this.add(...headers.filter(isCredential).map(({ value }) => value));
    if (bodyIsSecret && body !== undefined) this.add(Buffer.from(body).toString('utf8'));
  }

  add(...values: readonly (string | undefined)[]): void {
    const more = values.flatMap((value) => (value ? spellingsOf(value) : []));
    if (more.length === 0) return;
    this.#values = [...new Set([...this.#values, ...more])].sort((a, b) => b.length - a.length);
  }

  /** `isCut`: the text goes on beyond its end, so that a secret may have begun there. */
  mask(text: string, isCut = false): string {
    let masked = text;
    for (const value of this.#values) masked = masked.replaceAll(value, MASK);
    return isCut ? this.#withoutBegun(masked) : masked;
  }

  #withoutBegun(text: string): string {
    const begun = this.#values.map((value) => beginningAtEnd(text, value));
    const longest = Math.max(0, ...begun);
    return longest === 0 ? text : `${text.slice(0, -longest)}${MASK}`;
  }
}

const encoded = (username: string, password: string): string =>
  basicCredentials(username, password).replace('Basic ', '');

/** As it is, as JSON writes it, and as a URL does. */
const spellingsOf = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.toWellFormed()),
];

/** How many characters at the end of `text` are the first ones of `value`. */
function beginningAtEnd(text: string, value: string): number {
  for (let length = Math.min(value.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(value.slice(0, length))) return length;
  }
  return 0;
}
