import type { Fingerprint } from './fingerprint.ts';

const NGINX = { product: 'nginx', layer: 'Ingress', confidence: 'High' } as const;
const HAPROXY = { product: 'HAProxy', layer: 'Ingress', confidence: 'High' } as const;
const TRAEFIK = { product: 'Traefik', layer: 'Ingress' } as const;
const KONG = { product: 'Kong', layer: 'Ingress', confidence: 'High' } as const;
const UPSTREAM = { product: 'Unknown', layer: 'Application', confidence: 'High' } as const;

/** nginx signs its own pages under a rule; openresty is nginx under another name. */
const NGINX_PAGE = /<hr><center>(?:nginx|openresty)(?:\/[\d.]+)?<\/center>/;
const NGINX_PAGE_SHOWS = 'a page signed by nginx under a rule';
/** What only a proxy has reason to say. */
const GATEWAY_CODES = [408, 413, 499, 502, 503, 504];

const HAPROXY_SENTENCES =
  /^<html><body><h1>\d{3} [\w -]+<\/h1>\n(?:No server is available to handle this request|The server returned an invalid or incomplete response|The server didn't respond in time|Request forbidden by administrative rules|Your browser sent an invalid request|Your browser didn't send a complete request in time|You have sent too many requests in a given amount of time|An internal server error occurr?ed|You need a valid user and password to access this content|The resource could not be found|A request was made of a resource using a request method not supported by that resource|The resource is no longer available and will not be available again|The request entity exceeds the maximum allowed|Request sent to a non-authoritative server|Your browser sent early data)\.?\n<\/body><\/html>\s*$/;

const ENVOY_BODY =
  /^(?:no healthy upstream|upstream connect error or disconnect\/reset before headers\.|upstream request timeout|RBAC: access denied|local_rate_limited|Jwt (?:is missing|is expired|is not in the form|not yet valid|verification fails|issuer is not configured)|Audiences in Jwt are not allowed|Jwks (?:remote fetch is failed|doesn't have key)|User authentication failed\. |fault filter abort|upstream (?:max stream duration reached|per try timeout)|no_healthy_upstream)/;

const envoy = (product: string, server: RegExp): readonly Fingerprint[] => [
  {
    product,
    layer: 'Ingress',
    confidence: 'High',
    headers: { server },
    body: ENVOY_BODY,
    shows: "Envoy's sentence about the upstream or its own rules",
  },
  {
    product,
    layer: 'Ingress',
    confidence: 'Medium',
    codes: [301, 302, 401, 403, 404, 426, 431, 503],
    headers: { server },
    without: ['x-envoy-upstream-service-time'],
    body: /^$/,
    shows: 'no body, and no header that tells of an upstream',
  },
];

/** Proxies that let only callers through who have signed in. */
const AUTHENTICATING: readonly Fingerprint[] = [
  {
    product: 'OAuth2 Proxy',
    layer: 'Auth',
    confidence: 'High',
    codes: [401, 403],
    body: /action="[^"]*\/oauth2\/start"|>OAuth2 Proxy<\/a>/,
    shows: 'the page to sign in of OAuth2 Proxy',
  },
  {
    product: 'kube-rbac-proxy',
    layer: 'Auth',
    confidence: 'High',
    codes: [403],
    body: /^Forbidden \(user=[^,]*, verb=\w*, /,
    shows: "kube-rbac-proxy's sentence about the user and what was asked",
  },
];

/** Reverse proxies, ingress controllers and meshes. */
export const PROXY_FINGERPRINTS: readonly Fingerprint[] = [
  ...AUTHENTICATING,
  { product: 'Linkerd', layer: 'Service', confidence: 'High', headers: { 'l5d-proxy-error': /^/ } },
  {
    product: 'ingress-nginx',
    layer: 'Ingress',
    confidence: 'High',
    codes: [404],
    body: /^default backend - 404\s*$/,
    shows: 'the sentence of the default backend',
  },
  { ...NGINX, codes: GATEWAY_CODES, body: NGINX_PAGE, shows: NGINX_PAGE_SHOWS },
  { ...NGINX, confidence: 'Medium', body: NGINX_PAGE, shows: NGINX_PAGE_SHOWS },
  { ...HAPROXY, body: HAPROXY_SENTENCES, shows: "HAProxy's headline and sentence" },
  ...envoy('Istio', /^istio-envoy/),
  ...envoy('Envoy', /^envoy/),
  {
    product: 'Envoy',
    layer: 'Ingress',
    confidence: 'Medium',
    body: ENVOY_BODY,
    shows: "Envoy's sentence about the upstream or its own rules",
  },
  {
    ...TRAEFIK,
    confidence: 'High',
    codes: [503],
    body: /^no available server\s*$/,
    shows: '"no available server"',
  },
  {
    ...TRAEFIK,
    confidence: 'High',
    codes: [401],
    headers: { 'www-authenticate': /^Basic realm="traefik"/ },
  },
  { ...TRAEFIK, confidence: 'High', codes: [429], headers: { 'x-retry-in': /^/ } },
  {
    ...TRAEFIK,
    confidence: 'Medium',
    codes: [502, 504],
    without: ['server', 'x-powered-by', 'via'],
    body: /^(?:Bad Gateway|Gateway Timeout)$/,
    shows: 'nothing but the words of the status line',
  },
  {
    ...KONG,
    headers: { 'x-kong-response-latency': /^/ },
    without: ['x-kong-upstream-latency'],
  },
  {
    ...KONG,
    headers: { server: /^kong/ },
    body: /"message"\s*:\s*"(?:no Route matched with those values|failure to get a peer from the ring-balancer|An invalid response was received from the upstream server|The upstream server is timing out|name resolution failed)/,
    shows: "Kong's message about the route or the upstream",
  },
];

/** Marks of a proxy that it passes on the answer of somebody behind it; a page of another proxy speaks first. */
export const UPSTREAM_FINGERPRINTS: readonly Fingerprint[] = [
  { ...UPSTREAM, headers: { 'x-envoy-upstream-service-time': /^/ } },
  { ...UPSTREAM, headers: { 'x-kong-upstream-latency': /^/ } },
];
