import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** One request that the server holds open until the test answers it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** Number of the connection that carried it, from 1. */
  readonly connection: number;
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined;
  /** Resolves when the client has gone or the answer is complete. */
  readonly closed: Promise<void>;
  json(body: unknown, status?: number, headers?: Readonly<Record<string, string>>): void;
  /** Answers with a Kubernetes Status. */
  status(code: number, reason: string, headers?: Readonly<Record<string, string>>): void;
  send(body: string | Uint8Array, status: number, headers?: Readonly<Record<string, string>>): void;
  list(items: readonly unknown[], resourceVersion: string, continueFrom?: string): void;
  /** Opens a stream and keeps it open. */
  stream(): Stream;
  /** Cuts the connection without an answer. */
  reset(): void;
}

export interface Stream {
  event(type: string, object: unknown): void;
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): void;
  /** The initial events of a watch-list and the mark of their end. */
  initialEvents(objects: readonly unknown[], resourceVersion: string): void;
  /** An ERROR event with a Kubernetes Status. */
  error(code: number, reason: string): void;
  raw(bytes: string | Uint8Array): void;
  end(): void;
  /** Cuts the connection in the middle of the stream. */
  reset(): void;
}

/** A real HTTP server that plays the API server as a test says, request by request. */
export interface ScriptedApiServer {
  readonly url: string;
  /** Connections accepted so far. */
  readonly connections: number;
  /** The next request, in the order of arrival, as soon as there is one. */
  next(): Promise<Exchange>;
  /** Requests that nobody has taken yet. */
  readonly waiting: number;
  /** Answers all further requests; those taken by `next` before are not touched. */
  answerAll(answer: (exchange: Exchange) => void): void;
  close(): Promise<void>;
}

export interface ServerSettings {
  readonly port?: number;
  /** Speaks HTTPS; asks for a client certificate where `ca` is given. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

export async function startScriptedApiServer(settings: ServerSettings = {}): Promise<ScriptedApiServer> {
  const arrived: Exchange[] = [];
  const takers: ((exchange: Exchange) => void)[] = [];
  const sockets = new Map<Socket, number>();
  let connections = 0;
  let answer = (exchange: Exchange) => {
    const taker = takers.shift();
    if (taker === undefined) arrived.push(exchange);
    else taker(exchange);
  };

  const server = createServer(settings, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(toExchange(request, response, Buffer.concat(chunks).toString(), sockets.get(request.socket) ?? 0));
  });
  server.keepAliveTimeout = 60_000;
  server.on(settings.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.set(socket, connections);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(settings.port ?? 0, '127.0.0.1', resolve));

  return {
    url: `${settings.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get waiting() {
      return arrived.length;
    },
    next() {
      const exchange = arrived.shift();
      if (exchange !== undefined) return Promise.resolve(exchange);
      return new Promise((resolve) => takers.push(resolve));
    },
    answerAll(next) {
      answer = next;
      for (const exchange of arrived.splice(0)) next(exchange);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.keys()) socket.destroy();
      }),
  };
}

const createServer = ({ tls }: ServerSettings, listener: RequestListener) =>
  tls === undefined
    ? createHttpServer(listener)
    : createHttpsServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: false }, listener);

function toExchange(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  connection: number,
): Exchange {
  const url = new URL(request.url ?? '/', 'http://server');
  const send: Exchange['send'] = (content, status, headers = {}) => {
    response.writeHead(status, headers).end(content);
  };
  const json: Exchange['json'] = (object, status = 200, headers = {}) =>
    send(JSON.stringify(object), status, { 'content-type': 'application/json', ...headers });
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: body === '' ? undefined : JSON.parse(body),
    connection,
    clientName: (request.socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN?.toString(),
    closed: new Promise((resolve) => response.on('close', resolve)),
    json,
    status: (code, reason, headers) => json(statusObject(code, reason), code, headers),
    send,
    list: (items, resourceVersion, continueFrom) =>
      json({ kind: 'List', metadata: { resourceVersion, continue: continueFrom }, items }),
    stream: () => openStream(request, response),
    reset: () => request.socket.resetAndDestroy(),
  };
}

function openStream(request: IncomingMessage, response: ServerResponse): Stream {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const event = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  const bookmark = (resourceVersion: string, annotations?: Readonly<Record<string, string>>) =>
    event('BOOKMARK', { metadata: { resourceVersion, annotations } });
  return {
    event,
    bookmark,
    initialEvents(objects, resourceVersion) {
      for (const object of objects) event('ADDED', object);
      bookmark(resourceVersion, { 'k8s.io/initial-events-end': 'true' });
    },
    error: (code, reason) => event('ERROR', statusObject(code, reason)),
    raw: (bytes) => response.write(bytes),
    end: () => response.end(),
    reset: () => request.socket.resetAndDestroy(),
  };
}

const statusObject = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message: `scripted ${reason}`,
});
