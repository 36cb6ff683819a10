import { masked } from '../redact.ts';

/** Names under which a value by itself is a secret, whatever it looks like. */
const SECRET_KEY =
  /pass(word|wd|phrase|code)|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|cookie|authorization/i;
/** Annotations of ingress controllers hold names of Secrets, and a challenge says what kind of secret is wanted. */
const NO_SECRET = /ingress\.kubernetes\.io\/|^www-authenticate$/;
/** Fields whose keys somebody else chose. */
const FREE_FIELDS: ReadonlySet<string> = new Set(['annotations', 'headers']);

const MASK = '…';

function withoutSecrets(value: unknown, isFree: boolean): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, false));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isFree ? named(key, inner) : field(key, inner)]),
  );
}

const field = (key: string, value: unknown): unknown => withoutSecrets(value, FREE_FIELDS.has(key));

function named(key: string, value: unknown): unknown {
  if (NO_SECRET.test(key)) return value;
  return SECRET_KEY.test(key) ? MASK : withoutSecrets(value, false);
}

/** A copy in which every text is masked as a log line is, and annotations and headers also by their names. */
export const redacted = <T>(value: T): T => withoutSecrets(value, false) as T;
