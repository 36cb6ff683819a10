// An application that is broken in the way that MODE says. One file without dependencies, so that its image needs no install.
import { createServer } from 'node:http';

const mode = process.env.MODE ?? 'healthy';
const port = Number(process.env.PORT ?? 8080);

const answer = (response, code, body, headers = {}) => {
  response.writeHead(code, { 'content-type': 'text/plain', ...headers });
  response.end(`${body}\n`);
};

/** What each mode answers on every path but /healthz; the others never come as far as answering. */
const ANSWERS = {
  healthy: (_, response) => answer(response, 200, 'ok'),
  'route-missing': (request, response) =>
    request.url === '/'
      ? answer(response, 200, 'ok')
      : answer(response, 404, `Cannot ${request.method} ${request.url}`),
  status: (_, response) => answer(response, Number(process.env.CODE), process.env.BODY ?? 'as told by CODE'),
  error: (_, response) => {
    console.error(
      "TypeError: Cannot read properties of undefined (reading 'price')\n    at total (/app/cart.js:17:23)",
    );
    answer(response, 500, 'Internal Server Error');
  },
  slow: (_, response) =>
    setTimeout(() => answer(response, 200, 'late'), Number(process.env.DELAY_MS ?? 60_000)),
  'close-early': (request) => request.socket.destroy(),
  unready: (_, response) => answer(response, 503, 'not ready'),
};

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

const handle = ANSWERS[mode] ?? ANSWERS.healthy;
const server = createServer((request, response) => {
  if (request.url === '/healthz') return answer(response, mode === 'unready' ? 503 : 200, 'health');
  return handle(request, response);
});
server.listen(port, () => console.log(`listening on ${port}, mode ${mode}`));
process.on('SIGTERM', () => process.exit(0));
