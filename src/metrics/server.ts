import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { LiveGauge } from './live-gauge.ts';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Whether the operator is ready; where it is not, why not. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly why: string };

/** `GET /metrics`, and `/probe` where there is one. Rejects with one sentence where the port cannot be used. */
export function serveMetrics(registry: Registry, port: number, probe?: Handler): Promise<Listening> {
  return listen(port, async (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/probe') {
      return (
        probe?.(request, response) ?? answer(response, 404, 'Only with --probe-endpoint is /probe here.\n')
      );
    }
    if (path !== '/metrics') return answer(response, 404, 'Only /metrics is here.\n');
    response.writeHead(200, { 'content-type': registry.contentType });
    await pipeline(Readable.from(piecesOf(registry)), response);
  });
}

/** All metrics, with a turn for others after each piece, so that probes go on while thousands of series are written. */
async function* piecesOf(registry: Registry): AsyncGenerator<string> {
  for (const { name } of registry.getMetricsAsArray()) {
    const metric = registry.getSingleMetric(name);
    const pieces =
      metric instanceof LiveGauge ? metric.pieces() : [`${await registry.getSingleMetricAsString(name)}\n`];
    for (const piece of pieces) {
      yield piece;
      await nextTurn();
    }
  }
}

/** `GET /healthz` while the process answers at all, `GET /readyz` when it does its work. */
export function serveHealth(readiness: () => Readiness, port: number): Promise<Listening> {
  return listen(port, async ({ url }, response) => {
    if (url === '/healthz') return answer(response, 200, 'ok\n');
    if (url !== '/readyz') return answer(response, 404, 'Only /healthz and /readyz are here.\n');
    const state = readiness();
    return state.ready ? answer(response, 200, 'ok\n') : answer(response, 503, `${state.why}\n`);
  });
}

/** Answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function answer(response: ServerResponse, code: number, text: string): Promise<void> {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

async function listen(port: number, handler: Handler): Promise<Listening> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(new Error(`Port ${port} cannot be used: ${message}`)));
    server.listen(port, resolve);
  });
  return { port: portOf(server), close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
