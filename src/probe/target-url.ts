const FORBIDDEN = /[\s\\\p{Cc}]/u;

/** Why a text is no URL to ask, as one sentence; undefined when it is one. */
export type ParsedURL =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly message: string };

const invalid = (message: string): ParsedURL => ({ ok: false, message });

/**
 * Parses an absolute http(s) URL by the WHATWG rules, which turn decimal, octal and
 * hexadecimal addresses and Unicode dots into their plain form, so that the guard sees what is dialled.
 */
export function parseURL(text: string): ParsedURL {
  if (FORBIDDEN.test(text))
    return invalid('A URL must not contain white space, control characters or a backslash.');
  const url = URL.parse(text);
  if (url === null) return invalid('The URL is not valid: write it like https://shop.example.com/path.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return invalid('A URL must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    return invalid('A URL must not contain a user name or a password.');
  return { ok: true, url };
}

/** The host without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** The URL for people and records: query values as `…`, without fragment and user info. */
export function displayURL(url: URL): string {
  const names = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=…` : '…'));
  const query = names.length > 0 ? `?${names.join('&')}` : '';
  return `${url.origin}${url.pathname}${query}`;
}
