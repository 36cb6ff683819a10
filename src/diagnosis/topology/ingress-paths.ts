import { RE2JS } from 're2js';
import type { HTTPIngressPath, Ingress } from '../model/kubernetes.ts';

/** Either makes ingress-nginx read every path of the Ingress as a regular expression. */
const REGEX_ANNOTATIONS = [
  'nginx.ingress.kubernetes.io/use-regex',
  'nginx.ingress.kubernetes.io/rewrite-target',
];

const elements = (path: string): readonly string[] => path.split('/').filter((element) => element !== '');

/** Whether a path begins with whole elements of another. */
export function hasPrefix(path: string, prefix: string): boolean {
  const actual = elements(path);
  return elements(prefix).every((element, index) => element === actual[index]);
}

/** RE2, because the pattern is anybody's: it cannot take for ever. An invalid one matches nothing. */
function matchesPattern(pattern: string, path: string): boolean {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE).matcher(path).find();
  } catch {
    return false;
  }
}

const asGlob = (path: string): string =>
  `^${path
    .replace(/[^*?]+/g, (text) => RE2JS.quote(text))
    .replaceAll('?', '.')
    .replaceAll('*', '.*')}$`;

const readsRegex = ({ metadata }: Ingress): boolean =>
  REGEX_ANNOTATIONS.some((key) => ![undefined, 'false'].includes(metadata.annotations?.[key]));

/**
 * Whether a path of an Ingress takes a request's path: Exact, or Prefix by whole elements. ImplementationSpecific is
 * read as Prefix, with the two things that controllers add to it: `*` globs, and nginx' regular expressions.
 */
export function takesPath(
  ingress: Ingress,
  { path = '/', pathType = 'ImplementationSpecific' }: HTTPIngressPath,
  requested: string,
): boolean {
  if (pathType === 'Exact') return path === requested;
  if (readsRegex(ingress)) return matchesPattern(`^${path}`, requested);
  if (pathType === 'ImplementationSpecific' && path.includes('*'))
    return matchesPattern(asGlob(path), requested);
  return hasPrefix(requested, path);
}
