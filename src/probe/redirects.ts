import type { ProbeFailure, RedirectHop } from '../diagnosis/model/observation.ts';
import { type Answer, valuesOf } from './answer.ts';
import { answeredBy } from './answered-by.ts';
import { ChainCookies } from './cookies.ts';
import type { Hop } from './hop.ts';
import { hopHeaders } from './hop-headers.ts';
import type { ProbeRequest, RequestHeader } from './request.ts';
import { displayURL, hostOf, isAtTarget } from './target-url.ts';

const FOLLOWED = new Set([301, 302, 303, 307, 308]);
const KEEPS_METHOD = new Set([307, 308]);

/** What to do with an answer: ask further, or take it as the final one, which may be a failure by itself. */
export type Step = { readonly next: Hop } | { readonly failure?: ProbeFailure };

interface Sent {
  readonly url: URL;
  readonly purpose: 'target' | 'redirect';
  readonly method: string;
  readonly body: string | Uint8Array | undefined;
  readonly trusted: boolean;
}

/** The chain of hops from the target to the final answer. */
export class RedirectChain {
  /** Redirects that were followed. */
  readonly followed: RedirectHop[] = [];
  /** Redirect answers, one that is not followed included. */
  count = 0;
  readonly #request: ProbeRequest;
  readonly #sent: { correlation: readonly RequestHeader[]; accessToken: string | undefined };
  readonly #cookies = new ChainCookies();
  readonly #asked = new Set<string>();
  readonly #askedURLs = new Set<string>();

  constructor(request: ProbeRequest, correlation: readonly RequestHeader[], accessToken: string | undefined) {
    this.#request = request;
    this.#sent = { correlation, accessToken };
  }

  first(url: URL): Hop {
    const { method, body } = this.#request;
    return this.#hop({ url, purpose: 'target', method, body, trusted: true });
  }

  async after(hop: Hop, answer: Answer): Promise<Step> {
    const location = FOLLOWED.has(answer.code) ? valuesOf(answer, 'location')[0] : undefined;
    if (location === undefined) return {};
    this.count += 1;
    if (this.#request.maxRedirects === 0) return {};
    const url = resolveLocation(location, hop.url);
    if (url === undefined)
      return stop('InvalidRedirect', `${hop.url.host} redirects to something that is no http(s) URL.`);
    const sent = this.#sentTo(url, hop, answer.code);
    if (sent.body !== undefined && !sent.trusted && this.#request.bodyIsSecret) {
      return stop(
        'InvalidRedirect',
        `${hop.url.host} redirects the body, which is from a Secret, to ${url.origin}.`,
      );
    }
    this.#asked.add(this.#identity(hop));
    this.#askedURLs.add(hop.url.href);
    await this.#cookies.remember(answer, hop.url);
    const refusal = this.#refusalOf(hop, sent);
    if (refusal !== undefined) return refusal;
    this.followed.push(redirectHop(hop, answer));
    return { next: this.#hop(sent) };
  }

  #refusalOf(hop: Hop, sent: Sent): Step | undefined {
    const exhausted = this.followed.length >= this.#request.maxRedirects;
    if (this.#asked.has(this.#identity(sent)) || (exhausted && this.#askedURLs.has(sent.url.href))) {
      const [from, to] = [displayURL(hop.url), displayURL(sent.url)];
      return stop('RedirectLoop', `${from} redirects to ${to}, which was asked before.`);
    }
    return exhausted
      ? stop('TooManyRedirects', `The target redirects more than ${this.#request.maxRedirects} times.`)
      : undefined;
  }

  #sentTo(url: URL, from: Hop, code: number): Sent {
    const keeps = KEEPS_METHOD.has(code) || from.method === 'GET' || from.method === 'HEAD';
    return {
      url,
      purpose: 'redirect',
      method: keeps ? from.method : 'GET',
      body: keeps ? from.body : undefined,
      trusted: from.trusted && url.origin === from.url.origin,
    };
  }

  #hop(sent: Sent): Hop {
    const headers = hopHeaders(this.#request, {
      ...sent,
      ...this.#sent,
      cookies: this.#cookies.headerFor(sent.url),
    });
    const { body, ...rest } = sent;
    return {
      ...rest,
      ...(body !== undefined && { body }),
      headers,
      tls: this.#request.tls,
      httpVersion: this.#request.httpVersion,
      serverName: this.#serverName(sent.url, headers),
    };
  }

  /** The override holds on every hop to the host that the spec names. */
  #serverName(url: URL, headers: readonly RequestHeader[]): string {
    const { serverName } = this.#request.tls;
    if (serverName !== undefined && isAtTarget(url, this.#request)) return serverName;
    const host = headers.find(({ name }) => name.toLowerCase() === 'host')?.value;
    const named = host === url.host ? url : (URL.parse(`https://${host}`) ?? url);
    return hostOf(named).replace(/\.$/, '');
  }

  /** A new cookie makes the same URL another request; a new value of a known one, as stickiness sets it, does not. */
  #identity({ method, url }: Pick<Hop, 'method' | 'url'>): string {
    return `${method} ${url.href} ${this.#cookies.namesFor(url).join()}`;
  }
}

const stop = (reason: string, message: string): Step => ({ failure: { phase: 'Assert', reason, message } });

/** Follows what browsers follow: white space and backslashes are repaired, user info and fragment are dropped. */
function resolveLocation(location: string, base: URL): URL | undefined {
  const url = URL.parse(Buffer.from(location, 'latin1').toString('utf8'), base.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  url.username = '';
  url.password = '';
  url.hash = '';
  return url;
}

function redirectHop({ url }: Hop, { code, headers }: Answer): RedirectHop {
  const answerer = answeredBy(code, Object.fromEntries(headers), undefined);
  return { url: displayURL(url), code, ...(answerer && { answeredBy: answerer }) };
}
