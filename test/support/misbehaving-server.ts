import { createServer as createHTTPServer, type RequestListener } from 'node:http';
import { createSecureServer as createHTTP2Server, createServer as createPlainHTTP2Server } from 'node:http2';
import { createServer as createHTTPSServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on loopback that lives as long as the test that started it. */
export interface LocalServer {
  readonly port: number;
  /** `http://127.0.0.1:port` or `https://…`. */
  readonly origin: string;
  /** Connections that it has taken so far. */
  connections(): number;
}

/** Hands each connection to `misbehave`, which may do with it what no HTTP server does. */
export function serveBytes(misbehave: (socket: Socket) => void, host?: string): Promise<LocalServer> {
  return listen(createServer(misbehave), 'http', host);
}

/** Waits for the end of the request's headers, then sends `bytes` and closes. */
export const answerBytes =
  (bytes: string | Uint8Array) =>
  (socket: Socket): void => {
    afterRequest(socket, () => socket.end(bytes));
  };

/** Calls `then` once, when the end of the request's headers has come. */
export function afterRequest(socket: Socket, then: () => void): void {
  let seen = '';
  const look = (chunk: Buffer) => {
    seen += chunk.toString('latin1');
    if (!seen.includes('\r\n\r\n')) return;
    socket.off('data', look);
    socket.resume();
    then();
  };
  socket.on('error', () => {});
  socket.on('data', look);
}

export function serveHTTP(handler: RequestListener, host?: string): Promise<LocalServer> {
  return listen(createHTTPServer(handler), 'http', host);
}

export function serveHTTPS(options: ServerOptions, handler: RequestListener): Promise<LocalServer> {
  return listen(createHTTPSServer(options, handler), 'https');
}

/** HTTP/2 over TLS; HTTP/1.1 only where `options.allowHTTP1`. */
export function serveHTTP2(
  options: Parameters<typeof createHTTP2Server>[0],
  handler: NonNullable<Parameters<typeof createHTTP2Server>[1]>,
): Promise<LocalServer> {
  return listen(createHTTP2Server(options, handler), 'https');
}

/** HTTP/2 without TLS, and no HTTP/1.1, as servers of gRPC in a cluster. */
export const serveHTTP2Alone = (): Promise<LocalServer> =>
  listen(
    createPlainHTTP2Server().on('sessionError', () => {}),
    'http',
  );

export async function listen(
  server: Server,
  scheme: 'http' | 'https',
  host = '127.0.0.1',
): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { port, origin: `${scheme}://${shownHost}:${port}`, connections: () => connections };
}

/** A port where nothing listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
