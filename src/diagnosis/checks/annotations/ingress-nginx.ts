import { type AnnotationFamily, BOOLEAN, oneOf, plain, SIZE, WHOLE_NUMBER } from './known-annotation.ts';

const SECONDS = { value: WHOLE_NUMBER, missed: [504] } as const;
const REDIRECT = { value: BOOLEAN, missed: [301, 302, 308, 'RedirectLoop'] } as const;
const CODE = { value: { pattern: /^30[1278]$/, expected: 'a code such as 301 or 308' } } as const;

/** Annotations that ingress-nginx reads; a value that it does not understand counts as not set. */
export const INGRESS_NGINX: AnnotationFamily = {
  prefix: 'nginx.ingress.kubernetes.io/',
  named: [],
  rejected: [],
  keys: {
    'rewrite-target': { missed: [404] },
    'use-regex': { value: BOOLEAN, missed: [404] },
    'app-root': { missed: [404] },
    'server-alias': { missed: [404] },
    'default-backend': { missed: [404, 503] },
    'upstream-vhost': { missed: [404, 421] },
    'ssl-redirect': REDIRECT,
    'force-ssl-redirect': REDIRECT,
    'from-to-www-redirect': { value: BOOLEAN, missed: [404] },
    'permanent-redirect-code': CODE,
    'temporal-redirect-code': CODE,
    'backend-protocol': {
      value: oneOf('HTTP', 'HTTPS', 'AUTO_HTTP', 'GRPC', 'GRPCS', 'FCGI'),
      missed: [400, 502],
    },
    'proxy-connect-timeout': SECONDS,
    'proxy-read-timeout': SECONDS,
    'proxy-send-timeout': SECONDS,
    'proxy-body-size': { value: SIZE, missed: [413] },
    'proxy-buffer-size': { value: SIZE, missed: [502] },
    'proxy-buffers-number': { value: WHOLE_NUMBER, missed: [502] },
    'proxy-ssl-secret': { missed: [400, 502] },
    'proxy-ssl-name': { missed: [502] },
    'proxy-ssl-verify': { value: oneOf('on', 'off'), missed: [502] },
    'ssl-passthrough': { value: BOOLEAN, missed: ['TLS', 400, 502] },
    'limit-whitelist': { missed: [429, 503] },
    'limit-allowlist': { missed: [429, 503] },
    'canary-weight': { value: WHOLE_NUMBER },
    canary: { value: BOOLEAN },
    'auth-type': { value: oneOf('basic', 'digest') },
    'auth-tls-verify-client': { value: oneOf('on', 'off', 'optional', 'optional_no_ca') },
    'limit-connections': { value: WHOLE_NUMBER },
    'limit-rps': { value: WHOLE_NUMBER },
    'limit-rpm': { value: WHOLE_NUMBER },
    'enable-modsecurity': { value: BOOLEAN },
    'service-upstream': { value: BOOLEAN },
    satisfy: { value: oneOf('any', 'all') },
    ...plain(`
      affinity affinity-mode affinity-canary-behavior auth-realm auth-secret auth-secret-type auth-tls-secret
      auth-tls-verify-depth auth-tls-error-page auth-tls-pass-certificate-to-upstream auth-tls-match-cn auth-url
      auth-cache-key auth-cache-duration auth-keepalive auth-keepalive-share-vars auth-keepalive-requests
      auth-keepalive-timeout auth-proxy-set-headers auth-snippet auth-signin auth-signin-redirect-param auth-method
      auth-request-redirect auth-response-headers auth-always-set-cookie enable-global-auth canary-by-header
      canary-by-header-value canary-by-header-pattern canary-by-cookie canary-weight-total client-body-buffer-size
      configuration-snippet custom-http-errors custom-headers disable-proxy-intercept-errors enable-cors
      cors-allow-origin cors-allow-methods cors-allow-headers cors-expose-headers cors-allow-credentials cors-max-age
      http2-push-preload limit-rate-after limit-rate limit-burst-multiplier global-rate-limit
      global-rate-limit-window global-rate-limit-key global-rate-limit-ignored-cidrs permanent-redirect
      temporal-redirect relative-redirects preserve-trailing-slash proxy-cookie-domain proxy-cookie-path
      proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries proxy-request-buffering
      proxy-redirect-from proxy-redirect-to proxy-http-version proxy-ssl-ciphers proxy-ssl-protocols
      proxy-ssl-verify-depth proxy-ssl-server-name proxy-buffering proxy-busy-buffers-size
      proxy-max-temp-file-size enable-rewrite-log rewrite-log server-snippet stream-snippet
      session-cookie-change-on-failure session-cookie-conditional-samesite-none session-cookie-domain
      session-cookie-expires session-cookie-max-age session-cookie-name session-cookie-path
      session-cookie-samesite session-cookie-secure session-cookie-hash session-cookie-partitioned
      upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size x-forwarded-prefix load-balance
      whitelist-source-range allowlist-source-range denylist-source-range ssl-ciphers ssl-prefer-server-ciphers
      connection-proxy-header enable-access-log enable-opentelemetry opentelemetry-trust-incoming-span
      opentelemetry-operation-name enable-opentracing opentracing-trust-incoming-span enable-owasp-core-rules
      modsecurity-transaction-id modsecurity-snippet mirror-request-body mirror-target mirror-host
      enable-influxdb influxdb-measurement influxdb-port influxdb-host influxdb-server-name
      secure-backends grpc-backend base-url-scheme add-base-url
    `),
  },
};
