import type { CookieJar } from 'tough-cookie';
import { type Answer, valuesOf } from './answer.ts';

/** Cookies that answers set on the way, for the later hops of the same probe. */
export class ChainCookies {
  #jar: CookieJar | undefined;

  /** The library is loaded with the first cookie: most probes never see one. */
  async remember(answer: Pick<Answer, 'headers'>, url: URL): Promise<void> {
    const values = valuesOf(answer, 'set-cookie');
    if (values.length === 0) return;
    this.#jar ??= new (await import('tough-cookie')).CookieJar();
    for (const value of values) this.#jar.setCookieSync(value, url.href, { ignoreError: true });
  }

  /** As a Cookie header says it; empty without cookies. */
  headerFor(url: URL): string {
    return this.#jar?.getCookieStringSync(url.href) ?? '';
  }

  namesFor(url: URL): string[] {
    return (this.#jar?.getCookiesSync(url.href) ?? []).map(({ key }) => key).sort();
  }
}
