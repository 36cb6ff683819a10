import type { ProbeRequest } from './request.ts';

/** Of a URL that a server sends, only so much is kept. */
const LONGEST_SHOWN = 2048;

const FORBIDDEN = /[\s\\\p{Cc}]/u;

/** Why a text is no URL to ask, as one sentence; undefined when it is one. */
export type ParsedURL =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly message: string };

type Target = (ParsedURL & { ok: false }) | (ParsedURL & { ok: true; readonly shown: string });

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
  url.hash = '';
  return { ok: true, url };
}

const targets = new WeakMap<ProbeRequest, Target>();

/** The URL that a request names, parsed once for all of its probes. */
export function targetOf(request: ProbeRequest): Target {
  const known = targets.get(request);
  if (known !== undefined) return known;
  const parsed = parseURL(request.url);
  const target = parsed.ok ? { ...parsed, shown: displayURL(parsed.url) } : parsed;
  targets.set(request, target);
  return target;
}

/** Whether `url` has the host that the spec names: what the spec says of the target holds there, whatever the port. */
export function isAtTarget(url: URL, request: ProbeRequest): boolean {
  const target = targetOf(request);
  return target.ok && url.hostname === target.url.hostname;
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
  return `${url.origin}${url.pathname}${query}`.slice(0, LONGEST_SHOWN);
}
