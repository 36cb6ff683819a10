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
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (isCredential(name)) continue;
    const safe = secrets.mask(WITH_URLS.has(name) ? withoutQueries(value) : value);
    const earlier = shown[name];
    shown[name] = (earlier === undefined ? safe : `${earlier}, ${safe}`).slice(0, LONGEST_VALUE);
  }
  return shown;
}

/** What stands before the body in HTTP/1.1 beside the headers: the status line without its phrase, and the empty line. */
const STATUS_LINE_BYTES = 'HTTP/1.1 200 \r\n\r\n'.length;
const SEPARATOR_BYTES = ': \r\n'.length;

/** Bytes up to the body, as a proxy must hold them; node decodes each byte of a header to a character. */
export const headerBytes = ({ headers }: Pick<Answer, 'headers'>): number =>
  headers.reduce(
    (sum, [name, value]) => sum + name.length + value.length + SEPARATOR_BYTES,
    STATUS_LINE_BYTES,
  );

const MOST_REMEMBERED = 1000;
const known = new Map<string, boolean>();

/** The same few names come with every answer. */
function isCredential(name: string): boolean {
  const earlier = known.get(name);
  if (earlier !== undefined) return earlier;
  const judged = CREDENTIAL.test(name);
  if (known.size < MOST_REMEMBERED) known.set(name, judged);
  return judged;
}

const withoutQueries = (value: string): string =>
  value.replace(/\/\/[^/@\s]*@/g, '//').replace(/[?#][^\s"'<>,;]*/g, '?…');
