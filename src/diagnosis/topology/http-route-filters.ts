import type { BackendTLSPolicy, HTTPPathModifier, HTTPRouteFilter } from '../model/gateway-api.ts';
import type { HTTPRouteClaim } from '../model/http-route-evidence.ts';
import type { ServicePort } from '../model/kubernetes.ts';
import type { RoutedRequest } from '../model/route-evidence.ts';
import type { BackendRequest } from './backend-request.ts';

/** Filters that change nothing by which a Pod would answer otherwise when it is asked directly. */
const HARMLESS: ReadonlySet<string> = new Set([
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestMirror',
]);

const filterOf = ({ rule }: HTTPRouteClaim, type: string): HTTPRouteFilter | undefined =>
  rule.filters?.find((filter) => filter.type === type);

/** `/api/orders` with the prefix `/api` replaced by `/v2` is `/v2/orders`. */
function withoutPrefix(prefix: string, replacement: string, path: string): string {
  const rest = path.slice(prefix.replace(/\/$/, '').length).replace(/^\//, '');
  const front = replacement.replace(/\/$/, '');
  return rest === '' && front !== '' ? front : `${front}/${rest}`;
}

function modified(modifier: HTTPPathModifier | undefined, { match }: HTTPRouteClaim, path: string): string {
  if (modifier === undefined) return path;
  const { type, replaceFullPath = '/', replacePrefixMatch = '/' } = modifier;
  if (type === 'ReplaceFullPath') return replaceFullPath;
  return withoutPrefix(match.path?.value ?? '/', replacePrefixMatch, path);
}

/** Where the rule itself sends the caller; undefined where it sends the request on. */
export function redirectOf(claim: HTTPRouteClaim, request: RoutedRequest): string | undefined {
  const redirect = filterOf(claim, 'RequestRedirect')?.requestRedirect;
  if (redirect === undefined) return undefined;
  const { scheme = request.scheme, hostname = request.host } = redirect;
  const kept = redirect.scheme === undefined ? request.port : undefined;
  const url = new URL(`${scheme}://${hostname}`);
  url.port = String(redirect.port ?? kept ?? '');
  url.pathname = modified(redirect.path, claim, request.path);
  return url.href;
}

/** The path that the Service gets. */
export const rewrittenPath = (claim: HTTPRouteClaim, path: string): string =>
  modified(filterOf(claim, 'URLRewrite')?.urlRewrite?.path, claim, path);

/** Whether a policy lets Gateways ask a port of a Service over TLS. */
export const asksTLS = ({ spec }: BackendTLSPolicy, service: string, { name }: ServicePort): boolean =>
  spec.targetRefs.some(
    (target) =>
      target.kind === 'Service' &&
      target.name === service &&
      (target.sectionName === undefined || target.sectionName === name),
  );

/** What such policies, all of the Service's namespace, make of a port. */
export const schemeByPolicy = (
  policies: readonly BackendTLSPolicy[],
  service: string,
  port: ServicePort,
): 'http' | 'https' => (policies.some((policy) => asksTLS(policy, service, port)) ? 'https' : 'http');

/** Controllers may ask a port that looks like TLS by it without a policy. */
const speaksPlainHTTP = ({ appProtocol = 'http', name = '', port }: ServicePort): boolean =>
  ['http', 'kubernetes.io/ws'].includes(appProtocol.toLowerCase()) &&
  port !== 443 &&
  !name.startsWith('https');

/** What an HTTPRoute makes of a request before its Service sees it, by the scheme of the Service; undefined where that cannot be told. */
export function routedRequest(
  claim: HTTPRouteClaim,
  port: ServicePort,
  { scheme, path }: BackendRequest,
): BackendRequest | undefined {
  const { filters = [] } = claim.rule;
  const isOpaque = filters.some(
    ({ type, urlRewrite }) =>
      urlRewrite?.hostname !== undefined || (type !== 'URLRewrite' && !HARMLESS.has(type)),
  );
  if (isOpaque || (scheme === 'http' && !speaksPlainHTTP(port))) return undefined;
  return { scheme, path: rewrittenPath(claim, path) };
}
