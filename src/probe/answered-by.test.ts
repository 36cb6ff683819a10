import { describe, expect, it } from 'vitest';
import { answeredBy } from './answered-by.ts';

type Seen = [code: number, headers: Record<string, string>, body: string | undefined];

const albPage = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
const nginxPage = (title: string, signature = 'nginx') =>
  albPage(title).replace('</center>\r\n</body>', `</center>\r\n<hr><center>${signature}</center>\r\n</body>`);
const ALB = { server: 'awselb/2.0' };
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

const who = (seen: Seen): string => {
  const answerer = answeredBy(...seen);
  return answerer === undefined ? 'nobody' : `${answerer.layer}/${answerer.product}/${answerer.confidence}`;
};

describe('who answered', () => {
  it.each<[string, Seen, string]>([
    ['an ALB 502', [502, ALB, albPage('502 Bad Gateway')], 'LoadBalancer/ALB/High'],
    ['an ALB 502 without the header', [502, {}, albPage('502 Bad Gateway')], 'LoadBalancer/ALB/Medium'],
    ['an ALB redirect', [301, { ...ALB, location: 'https://h:443/' }, undefined], 'LoadBalancer/ALB/High'],
    ['an ALB fixed response', [403, { ...ALB, ...TEXT }, 'closed'], 'LoadBalancer/ALB/High'],
    ['a block by WAF at an ALB', [403, ALB, albPage('403 Forbidden')], 'WAF/AWS WAF/High'],
    ['a CAPTCHA by WAF', [405, { 'x-amzn-waf-action': 'captcha' }, ''], 'WAF/AWS WAF/High'],
    ['a challenge by WAF', [202, { 'x-amzn-waf-action': 'challenge' }, ''], 'WAF/AWS WAF/High'],
    [
      'a CloudFront error',
      [502, { server: 'CloudFront', 'x-cache': 'Error from cloudfront' }, '<H1>502 ERROR</H1>'],
      'Edge/CloudFront/High',
    ],
    [
      'an origin error through CloudFront',
      [
        404,
        { server: 'AmazonS3', 'x-cache': 'Error from cloudfront' },
        '<Error><Code>NoSuchKey</Code></Error>',
      ],
      'Edge/S3/High',
    ],
    [
      'an application error through CloudFront',
      [500, { server: 'gunicorn', 'x-cache': 'Error from cloudfront' }, 'oops'],
      'Application/gunicorn/High',
    ],
    [
      'a REST API without a route',
      [
        403,
        { 'x-amzn-errortype': 'MissingAuthenticationTokenException', 'x-amz-apigw-id': 'abc=' },
        '{"message":"Missing Authentication Token"}',
      ],
      'Edge/API Gateway/High',
    ],
    [
      'an HTTP API without a route',
      [404, { 'apigw-requestid': 'abc=' }, '{"message":"Not Found"}'],
      'Edge/API Gateway/High',
    ],
    [
      'an application behind an HTTP API',
      [404, { 'apigw-requestid': 'abc=' }, '{"error":"no such order"}'],
      'nobody',
    ],
    [
      'a Cloudflare 521',
      [521, { server: 'cloudflare', 'cf-ray': 'abc' }, 'error code: 521'],
      'Edge/Cloudflare/High',
    ],
    [
      'a challenge by Cloudflare',
      [403, { server: 'cloudflare', 'cf-mitigated': 'challenge' }, ''],
      'WAF/Cloudflare/High',
    ],
    ['Akamai that refuses', [403, { server: 'AkamaiGHost' }, '<H1>Access Denied</H1>'], 'WAF/Akamai/High'],
    ['Akamai without an origin', [503, { server: 'AkamaiGHost' }, ''], 'Edge/Akamai/High'],
    [
      'Imperva',
      [403, {}, '<iframe>Request unsuccessful. Incapsula incident ID: 1-2</iframe>'],
      'WAF/Imperva/High',
    ],
    ['Fastly', [500, {}, 'Fastly error: unknown domain: shop.test.'], 'Edge/Fastly/High'],
    [
      'Azure Front Door',
      [503, { 'x-azure-ref': '2026' }, "<h2>Our services aren't available right now</h2>"],
      'Edge/Azure Front Door/High',
    ],
    ['an application behind Azure Front Door', [503, { 'x-azure-ref': '2026' }, 'oops'], 'nobody'],
    [
      'Google Cloud Load Balancing',
      [
        502,
        {},
        '<title>502 Server Error</title><body><h1>Error: Server Error</h1>\n<h2>The server encountered a temporary error and could not complete your request.',
      ],
      'LoadBalancer/Google Cloud Load Balancing/High',
    ],
    ['an application behind Cloudflare', [500, { server: 'cloudflare', 'cf-ray': 'abc' }, 'oops'], 'nobody'],
    ['nginx 502', [502, { server: 'nginx' }, nginxPage('502 Bad Gateway')], 'Ingress/nginx/High'],
    [
      'nginx 404 with its version',
      [404, {}, nginxPage('404 Not Found', 'nginx/1.25.3')],
      'Ingress/nginx/Medium',
    ],
    ['nginx 502 through an ALB', [502, {}, nginxPage('502 Bad Gateway', 'openresty')], 'Ingress/nginx/High'],
    ['an application behind nginx', [502, { server: 'nginx' }, 'oops'], 'nobody'],
    ['the default backend', [404, {}, 'default backend - 404'], 'Ingress/ingress-nginx/High'],
    [
      'HAProxy without servers',
      [
        503,
        {},
        '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n',
      ],
      'Ingress/HAProxy/High',
    ],
    [
      'HAProxy on a body that is too large',
      [
        413,
        {},
        '<html><body><h1>413 Payload Too Large</h1>\nThe request entity exceeds the maximum allowed.\n</body></html>\n',
      ],
      'Ingress/HAProxy/High',
    ],
    ['Envoy on headers that are too large', [431, { server: 'envoy' }, ''], 'Ingress/Envoy/Medium'],
    ['Envoy without endpoints', [503, { server: 'envoy' }, 'no healthy upstream'], 'Ingress/Envoy/High'],
    [
      'Istio without endpoints',
      [503, { server: 'istio-envoy' }, 'no healthy upstream'],
      'Ingress/Istio/High',
    ],
    [
      'a sidecar of Istio that refuses by its policy',
      [403, { server: 'istio-envoy' }, 'RBAC: access denied'],
      'Ingress/Istio/High',
    ],
    [
      'the same through a router that signs with its own name',
      [403, { server: 'nginx' }, 'RBAC: access denied'],
      'Ingress/Envoy/Medium',
    ],
    ['Istio without a token', [401, { server: 'istio-envoy' }, 'Jwt is missing'], 'Ingress/Istio/High'],
    [
      'Istio with a token for somebody else',
      [403, { server: 'istio-envoy' }, 'Audiences in Jwt are not allowed'],
      'Ingress/Istio/High',
    ],
    [
      'Istio that does not know who issued the token',
      [401, {}, 'Jwt issuer is not configured'],
      'Ingress/Envoy/Medium',
    ],
    [
      'an authorizer of Envoy that says nothing',
      [403, { server: 'istio-envoy' }, ''],
      'Ingress/Istio/Medium',
    ],
    [
      'an application that refuses and says nothing behind Envoy',
      [403, { server: 'istio-envoy', 'x-envoy-upstream-service-time': '2' }, ''],
      'Application/Unknown/High',
    ],
    ['Envoy that limits the rate', [429, { server: 'envoy' }, 'local_rate_limited'], 'Ingress/Envoy/High'],
    ['an application that speaks of a token', [401, {}, 'Jwt of this user is gone'], 'nobody'],
    ['Envoy without a route', [404, { server: 'envoy' }, ''], 'Ingress/Envoy/Medium'],
    [
      'an application behind Envoy',
      [404, { server: 'envoy', 'x-envoy-upstream-service-time': '3' }, ''],
      'Application/Unknown/High',
    ],
    [
      'an Envoy behind an Envoy',
      [
        503,
        { server: 'istio-envoy', 'x-envoy-upstream-service-time': '3' },
        'upstream connect error or disconnect/reset before headers. reset reason: overflow',
      ],
      'Ingress/Istio/High',
    ],
    ['Traefik without servers', [503, TEXT, 'no available server\n'], 'Ingress/Traefik/High'],
    ['Traefik 502', [502, {}, 'Bad Gateway'], 'Ingress/Traefik/Medium'],
    ['Express 502', [502, { 'x-powered-by': 'Express' }, 'Bad Gateway'], 'Application/Express/High'],
    [
      'Traefik or any Go program',
      [404, { ...TEXT, 'x-content-type-options': 'nosniff' }, '404 page not found\n'],
      'Unknown/Unknown/Low',
    ],
    [
      'Kong by itself',
      [503, { server: 'kong/3.4', 'x-kong-response-latency': '1' }, '{}'],
      'Ingress/Kong/High',
    ],
    [
      'an application behind Kong',
      [500, { server: 'kong/3.4', 'x-kong-response-latency': '1', 'x-kong-upstream-latency': '2' }, '{}'],
      'Application/Unknown/High',
    ],
    [
      'a proxy of Linkerd that refuses by its policy',
      [403, { 'l5d-proxy-error': 'unauthorized request on route' }, ''],
      'Service/Linkerd/High',
    ],
    [
      'the page to sign in of OAuth2 Proxy',
      [403, {}, '<form method="GET" action="/oauth2/start"><button>Sign in with GitHub</button></form>'],
      'Auth/OAuth2 Proxy/High',
    ],
    ['a page to sign in of an application', [403, {}, '<form action="/login">'], 'nobody'],
    [
      'kube-rbac-proxy',
      [403, {}, 'Forbidden (user=system:anonymous, verb=get, resource=, subresource=)\n'],
      'Auth/kube-rbac-proxy/High',
    ],
    ['Linkerd', [502, { 'l5d-proxy-error': 'connect timed out' }, ''], 'Service/Linkerd/High'],
    ['Express', [404, {}, '<pre>Cannot GET /x</pre>'], 'Application/Express/High'],
    [
      'NestJS',
      [404, {}, '{"message":"Cannot GET /x","error":"Not Found","statusCode":404}'],
      'Application/NestJS/High',
    ],
    [
      'NestJS',
      [502, {}, '{"message":"the \\"partner\\" fails","error":"Bad Gateway","statusCode":502}'],
      'Application/NestJS/High',
    ],
    [
      'NestJS',
      [400, {}, '{"message":["name is missing"],"error":"Bad Request","statusCode":400}'],
      'Application/NestJS/High',
    ],
    [
      'Fastify',
      [404, {}, '{"message":"Route GET:/x not found","error":"Not Found","statusCode":404}'],
      'Application/Fastify/High',
    ],
    ['FastAPI', [404, { server: 'uvicorn' }, '{"detail":"Not Found"}'], 'Application/FastAPI/High'],
    ['uvicorn', [500, { server: 'uvicorn' }, 'Internal Server Error'], 'Application/uvicorn/High'],
    ['Koa, perhaps', [404, TEXT, 'Not Found'], 'Application/Koa/Low'],
    ['Hono, perhaps', [404, TEXT, '404 Not Found'], 'Application/Hono/Low'],
    [
      'Django',
      [
        404,
        {},
        '<!doctype html>\n<h1>Not Found</h1><p>The requested resource was not found on this server.</p>',
      ],
      'Application/Django/High',
    ],
    [
      'Flask',
      [
        404,
        {},
        '<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n',
      ],
      'Application/Flask/High',
    ],
    [
      'Spring Boot',
      [404, {}, '{"timestamp":"2026-01-01T00:00:00.000+00:00","status":404,"error":"Not Found","path":"/x"}'],
      'Application/Spring/High',
    ],
    [
      'Apache',
      [404, { server: 'Apache/2.4.58' }, '<p>The requested URL was not found on this server.</p>'],
      'Application/Apache/High',
    ],
    ['Kestrel', [404, { server: 'Kestrel' }, ''], 'Application/Kestrel/Medium'],
    ['anything else', [500, { server: 'nginx', 'content-type': 'text/html' }, '<h1>Oops</h1>'], 'nobody'],
    ['a healthy answer through nginx', [200, { server: 'nginx' }, 'hello'], 'nobody'],
  ])('%s', (_, seen, expected) => {
    expect(who(seen)).toBe(expected);
  });

  it('shows what it was told by, in words of its own', () => {
    const page = nginxPage('502 Bad Gateway');
    expect(answeredBy(502, { server: 'nginx' }, page)?.evidence).toEqual([
      'body: a page signed by nginx under a rule',
    ]);
    expect(answeredBy(502, { server: 'awselb/2.0' }, albPage('502 Bad Gateway'))?.evidence).toEqual([
      'header server: awselb/2.0',
    ]);
    expect(answeredBy(502, { 'l5d-proxy-error': 'secret' }, '')?.evidence).toEqual([
      'header l5d-proxy-error',
    ]);
  });

  it('does not take a body that was not read for an empty one', () => {
    expect(answeredBy(404, { server: 'envoy' }, undefined)).toBeUndefined();
  });
});
