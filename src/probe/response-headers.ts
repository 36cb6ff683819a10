import type { Answer } from './answer.ts';
import type { Secrets } from './secrets.ts';

const LONGEST_VALUE = 1024;
/** Headers whose value is a credential, or may be one. */
const CREDENTIAL =
  /cookie|authorization|authentication-info|token|secret|password|api-?key|session|csrf|xsrf/;
/** Headers that hold URLs, whose queries and user info may be credentials. */
const WITH_URLS = new Set(['location', 'content-location', 'refresh', 'link']);

/** The headers that may be kept: without credentials, values of one name joined as HTTP allows, cut. */
export function shownHeaders({ headers }: Pick<Answer, 'headers'>, secrets: Secrets): Record<string, string> {
  const shown = new Map<string, string>();
  for (const [name, value] of headers) {
    if (CREDENTIAL.test(name)) continue;
    const safe = secrets.mask(WITH_URLS.has(name) ? withoutQueries(value) : value);
    const earlier = shown.get(name);
    shown.set(name, (earlier === undefined ? safe : `${earlier}, ${safe}`).slice(0, LONGEST_VALUE));
  }
  return Object.fromEntries(shown);
}

const withoutQueries = (value: string): string =>
  value.replace(/\/\/[^/@\s]*@/g, '//').replace(/[?#][^\s"'<>,;]*/g, '?…');
