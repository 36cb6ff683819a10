// An application that is broken in the way that MODE says. One file without dependencies, so that its image needs no install.
import { request as ask, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createRawServer } from 'node:net';

const mode = process.env.MODE ?? 'healthy';
const port = Number(process.env.PORT ?? 8080);

const answer = (response, code, body, headers = {}) => {
  response.writeHead(code, { 'content-type': 'text/plain', ...headers });
  response.end(`${body}\n`);
};

/** What an honest answer with the code brings along. */
const HEADERS = {
  401: { 'www-authenticate': 'Bearer realm="shop"' },
  405: { allow: 'POST' },
  429: { 'retry-after': '60' },
  503: { 'retry-after': '60' },
};

/** A reverse proxy as people write them: whatever goes wrong behind it is 502. */
function passOn(request, response) {
  const { method, url: path, headers } = request;
  const onward = ask(
    { host: '127.0.0.1', port: process.env.UPSTREAM_PORT, method, path, headers },
    (reply) => {
      response.writeHead(reply.statusCode, reply.headers);
      reply.pipe(response);
    },
  );
  onward.on('error', () => answer(response, 502, 'Bad Gateway'));
  request.pipe(onward);
}

/** Answers with the code that the path names: /405. */
function byCode(request, response) {
  const code = Number(request.url.slice(1)) || 200;
  answer(response, code, `as told by the path: ${code}`, HEADERS[code]);
}

const redirect = (scheme) => (request, response) =>
  answer(response, 302, 'elsewhere', { location: `${scheme}://${request.headers.host}${request.url}` });

/** Paths of mode by-path that are more than a code. */
const ROUTES = {
  '/redirect': redirect('http'),
  '/secure': redirect('https'),
  '/slow': () => {},
  '/close': (request) => request.socket.destroy(),
};

/** What each mode answers on every path but /healthz; the others never come as far as answering. */
const ANSWERS = {
  healthy: (_, response) => answer(response, 200, 'ok'),
  'route-missing': (request, response) =>
    request.url === '/'
      ? answer(response, 200, 'ok')
      : answer(response, 404, `Cannot ${request.method} ${request.url}`),
  status: (_, response) => answer(response, Number(process.env.CODE), process.env.BODY ?? 'as told by CODE'),
  'by-path': (request, response) => (ROUTES[request.url] ?? byCode)(request, response),
  error: (_, response) => {
    console.error(
      "TypeError: Cannot read properties of undefined (reading 'price')\n    at total (/app/cart.js:17:23)",
    );
    answer(response, 500, 'Internal Server Error');
  },
  slow: (_, response) =>
    setTimeout(() => answer(response, 200, 'late'), Number(process.env.DELAY_MS ?? 60_000)),
  'close-early': (request) => request.socket.destroy(),
  hang: () => {},
  unready: (_, response) => answer(response, 503, 'not ready'),
  proxy: passOn,
};

/** What is answered on /healthz where that is not 200. */
const HEALTH = {
  unready: (_, response) => answer(response, 503, 'health'),
  hang: () => {},
  'slow-health': (_, response) => setTimeout(() => answer(response, 200, 'health'), 60_000),
};

/** Servers that do not speak HTTP. */
const OTHER_SERVERS = {
  garbage: () => createRawServer((socket) => socket.on('error', () => {}).write('SSH-2.0-OpenSSH_9.9\r\n')),
  // Without a certificate, which nobody who asks in plain HTTP comes to see.
  tls: () => createSecureServer(handle),
};

function handle(request, response) {
  const answers = request.url === '/healthz' ? (HEALTH[mode] ?? ANSWERS.healthy) : ANSWERS[mode];
  return (answers ?? ANSWERS.healthy)(request, response);
}

function crash() {
  console.error(
    'Error: DATABASE_URL is not set\n    at connect (/app/database.js:12:11)\n    at main (/app/main.js:3:9)',
  );
  process.exit(Number(process.env.EXIT_CODE ?? 1));
}

function fillMemory() {
  const kept = [];
  setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, kept.length)), 50);
}

if (mode === 'crash') crash();
if (mode === 'out-of-memory') fillMemory();

const server = OTHER_SERVERS[mode]?.() ?? createServer(handle);
server.listen(port, process.env.HOST, () => console.log(`listening on ${port}, mode ${mode}`));
process.on('SIGTERM', () => process.exit(0));
