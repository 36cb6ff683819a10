import type { Fingerprint } from './fingerprint.ts';

const application = (
  product: string,
  confidence: Fingerprint['confidence'],
  rest: Omit<Fingerprint, 'product' | 'layer' | 'confidence'>,
): Fingerprint => ({ product, layer: 'Application', confidence, ...rest });

const withBody = (product: string, body: RegExp, shows: string): Fingerprint =>
  application(product, 'High', { body, shows });

const withServer = (product: string, server: RegExp): Fingerprint =>
  application(product, 'High', { headers: { server } });

const poweredBy = (product: string, pattern: RegExp): Fingerprint =>
  application(product, 'High', { headers: { 'x-powered-by': pattern } });

/** Frameworks and servers of applications, the more telling first. */
export const APPLICATION_FINGERPRINTS: readonly Fingerprint[] = [
  withBody(
    'NestJS',
    /^\{"message":"Cannot [A-Z]+ [^"]*","error":"Not Found","statusCode":404\}$/,
    "NestJS' error as JSON",
  ),
  withBody('NestJS', /^\{"statusCode":500,"message":"Internal server error"\}$/, "NestJS' error as JSON"),
  withBody(
    'Fastify',
    /^\{"message":"Route [A-Z]+:.* not found","error":"Not Found","statusCode":404\}$/,
    "Fastify's error as JSON",
  ),
  withBody(
    'NestJS',
    /^\{"message":(?:"(?:[^"\\]|\\.)*"|\["[^\]]*"\]),"error":"[A-Z][A-Za-z ]*","statusCode":\d{3}\}$/,
    "NestJS' error as JSON",
  ),
  withBody(
    'Fastify',
    /^\{"statusCode":\d{3},(?:"code":"\w+",)?"error":"[^"]+","message":"/,
    "Fastify's error as JSON",
  ),
  withBody('Express', /<pre>Cannot [A-Z]+ [^<]*<\/pre>/, "Express' page for a path without a handler"),
  poweredBy('Express', /^Express/),
  poweredBy('Next.js', /^Next\.js/),
  withBody('FastAPI', /^\{"detail":\[\{"type":"/, "FastAPI's list of what is wrong with the request"),
  application('FastAPI', 'High', {
    headers: { server: /^uvicorn/ },
    body: /^\{"detail":"[^"]+"\}$/,
    shows: 'the error as JSON with the one key "detail"',
  }),
  application('FastAPI', 'Medium', {
    body: /^\{"detail":"(?:Not Found|Method Not Allowed|Not authenticated)"\}$/,
    shows: 'the error as JSON with the one key "detail"',
  }),
  withServer('uvicorn', /^uvicorn/),
  withBody(
    'Django',
    /<h1>Not Found<\/h1>\s*<p>The requested resource was not found on this server\.<\/p>|<h1>(?:Server Error \(500\)|Bad Request \(400\)|403 Forbidden)<\/h1>\s*(?:<p><\/p>|<p>CSRF verification failed)/,
    "Django's error page",
  ),
  withBody(
    'Flask',
    /<title>404 Not Found<\/title>\s*<h1>Not Found<\/h1>\s*<p>The requested URL was not found on the server\. If you entered the URL manually/,
    "Werkzeug's error page",
  ),
  withBody(
    'Flask',
    /<title>500 Internal Server Error<\/title>\s*<h1>Internal Server Error<\/h1>\s*<p>The server encountered an internal error and was unable to complete your request\./,
    "Werkzeug's error page",
  ),
  withServer('Flask', /^Werkzeug/),
  withServer('gunicorn', /^gunicorn/),
  withBody('Spring', /<h1>Whitelabel Error Page<\/h1>/, 'the "Whitelabel Error Page"'),
  withBody(
    'Spring',
    /^\{"timestamp":(?:"[^"]+"|\d+),"status":\d{3},"error":"[^"]+"/,
    "Spring Boot's error as JSON",
  ),
  withBody('Tomcat', /<title>HTTP Status \d{3} – /, "Tomcat's error page"),
  withBody(
    'Rails',
    /<title>(?:The page you were looking for doesn't exist|We're sorry, but something went wrong) \(\d{3}/,
    "Rails' error page",
  ),
  application('Kestrel', 'High', {
    headers: { 'content-type': /^application\/problem\+json/ },
    body: /"traceId":"00-[0-9a-f]{32}-/,
    shows: "ASP.NET Core's problem details",
  }),
  application('Kestrel', 'Medium', { headers: { server: /^Kestrel/ } }),
  poweredBy('ASP.NET', /^ASP\.NET/),
  poweredBy('PHP', /^PHP/),
  application('Apache', 'High', {
    headers: { server: /^Apache/ },
    body: /was not found on this server\.<\/p>|<address>Apache/,
    shows: "Apache's error page",
  }),
  application('Apache', 'Medium', { headers: { server: /^Apache/ } }),
  {
    product: 'Unknown',
    layer: 'Unknown',
    confidence: 'Low',
    codes: [404],
    body: /^404 page not found\n?$/,
    shows: '"404 page not found": what Traefik says without a route, and every Go program without a handler',
  },
  application('Hono', 'Low', {
    codes: [404],
    headers: { 'content-type': /^text\/plain/ },
    body: /^404 Not Found$/,
    shows: '"404 Not Found" as plain text',
  }),
  application('Koa', 'Low', {
    codes: [404],
    headers: { 'content-type': /^text\/plain/ },
    body: /^Not Found$/,
    shows: '"Not Found" as plain text',
  }),
];
