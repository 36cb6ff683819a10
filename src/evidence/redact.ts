import { stripVTControlCharacters } from 'node:util';

const MAXIMUM_BYTES = 256;
/** More is not read: a mask works on what is before it, and 256 bytes of it are shown. */
const MAXIMUM_INPUT = 16_384;
const MASK = '…';

/** Words in the name of a field that holds a secret. */
const PASSWORD = 'pass(?:word|wd|phrase|code)|pwd';
const SECRET_NAME = `${PASSWORD}|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|session[-_]?id|signature`;
/** The rest of a field's name and its quote. Every repetition has a limit, so that no text takes long. */
const REST = String.raw`[\w.-]{0,40}\\?["']?`;
const QUOTED = String.raw`\\?"(?:[^"\\]|\\[^"]){0,1024}\\?"|\\?'(?:[^'\\]|\\[^']){0,1024}\\?'`;
const SCHEME = String.raw`\b[a-z][a-z0-9+.-]{0,30}://`;

const field = (name: string, value: string): RegExp => new RegExp(`((?:${name})${REST}${value}`, 'gi');

/** What to look for and what stays of it; in this order, since a wider mask spares the narrower ones. */
const RULES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,20}PRIVATE KEY-----|$)/g, MASK],
  // A line of nothing but Base64: what is left of a key whose first line is out of sight.
  [/^[A-Za-z0-9+/]{60,}={0,2}$/gm, MASK],
  [/\b(?:set-)?cookie\d?\\?["']?\s{0,3}[:=][^\n]*/gi, `cookie: ${MASK}`],
  // A scheme or something with a digit follows: what `authorization failed` says must stay.
  [
    /(authorization\\?["']?\s{0,3}[:=])\s{0,3}\\?["']?(?:bearer|basic|digest|negotiate|token|aws4|[^\s\d]{0,80}\d)[^\n]*/gi,
    `$1 ${MASK}`,
  ],
  [/\b([Bb]earer|[Bb]asic|[Dd]igest|[Nn]egotiate)\s{1,3}(?=\S{0,200}[\dA-Z=])[\w.~+/=-]{4,}/g, `$1 ${MASK}`],
  [/\beyJ[\w-]{8,}\.[\w.-]*/g, MASK],
  [/\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{12,}/g, MASK],
  [
    /\b(?:gh[opsur]_|github_pat_|glpat-|npm_|dckr_pat_|xox[abeoprs]-|sk_live_|sk_test_|rk_live_|sk-|AIza|SG\.)[\w.-]{8,}/g,
    MASK,
  ],
  // User info, also with a password that holds a slash, and in the form of Go's MySQL driver.
  [
    new RegExp(`(${SCHEME})(?:[^\\s/?#@"'<>]{0,256}|[^\\s/:@"'<>]{0,256}:[^\\s"'<>]{0,256})@`, 'gi'),
    `$1${MASK}@`,
  ],
  [/\b[\w.-]{1,64}:[^\s@"']{1,256}@(tcp|unix)\(/gi, `${MASK}@$1(`],
  [/([?&][\w.~%[\]-]{1,64}=)[^&#\s"'<>]+/g, `$1${MASK}`],
  [new RegExp(`(${SCHEME}[^\\s#"'<>]{0,1024}#)[^\\s"'<>]+`, 'gi'), `$1${MASK}`],
  [field(SECRET_NAME, String.raw`\s{0,3}[:=]\s{0,3})(?:${QUOTED})`), `$1"${MASK}"`],
  [field(SECRET_NAME, String.raw`\s{0,3}=\s{0,3})[^\s,;&}"']+`), `$1${MASK}`],
  [field(PASSWORD, String.raw`\s{0,3}:\s{0,3})[^,;&}"'\n]+`), `$1${MASK}`],
  // What the kubelet says of a volume named so is no value: `volume "credentials" : secret "shop" not found`.
  [
    field(SECRET_NAME, String.raw`\s{0,3}:\s{0,3})(?!(?:secret|configmap) "|references )[^\s,;&}"']+`),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`(--[\w-]{0,40}(?:${SECRET_NAME})[\w-]{0,40}\s{1,3})[^\s-]\S*`, 'gi'), `$1${MASK}`],
];

/** A word that the limit cuts in two is left out: half of a secret would not be recognised. */
const bounded = (text: string): string =>
  text.length <= MAXIMUM_INPUT ? text : text.slice(0, MAXIMUM_INPUT).replace(/\S+$/, '');

/** Control characters, line and paragraph separators and direction marks: they make a status or terminal lie. */
const DISTURBING = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const DISTURBING_BUT_LINES = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The same text, of as many lines, with a mask in place of every secret. */
export function masked(text: string): string {
  const plain = stripVTControlCharacters(bounded(text)).replace(DISTURBING_BUT_LINES, ' ');
  return RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), plain);
}

/** At most 256 bytes of UTF-8, cut between characters. */
function cut(text: string): string {
  const whole = text.toWellFormed();
  if (Buffer.byteLength(whole) <= MAXIMUM_BYTES) return whole;
  const room = MAXIMUM_BYTES - Buffer.byteLength(MASK);
  const kept = Buffer.from(whole).subarray(0, room).toString('utf8');
  return `${kept.replace(/\ufffd+$/, '')}${MASK}`;
}

/** Text that a target, Pod or kubelet wrote, as it may be shown: one line, without secrets, at most 256 bytes. */
export const redact = (text: string): string => cut(masked(text).replace(DISTURBING, ' ').trim());

/** The last lines of a log, each as `redact` shows it; a secret over several lines is seen whole before they are cut. */
export const redactLines = (text: string, count: number): readonly string[] =>
  masked(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map((line) => cut(line.trim()));
