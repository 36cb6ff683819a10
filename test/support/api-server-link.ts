import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, type Server, request as send } from 'node:https';
import { type AddressInfo, createServer as createTCPServer, type Socket } from 'node:net';
import type { TestCertificate } from './test-certificates.ts';

/** Where a link leads to. */
export interface Upstream {
  readonly url: string;
  readonly ca: Buffer;
}

/** A write that went over a link. */
export interface Written {
  readonly path: string;
  /** Of performance.now(), when the request came. */
  readonly at: number;
}

/** Stands between one client and a real API server, and fails in the ways of networks and of overloaded servers. */
export interface ApiServerLink {
  readonly url: string;
  /** PATCHes that the API server has taken. */
  readonly writes: readonly Written[];
  /** Paths of the watches that are open now. */
  readonly watches: readonly string[];
  open(): void;
  /** No byte passes either way any more; connections that were caught in it never come back. */
  silence(): void;
  /** Answers 429 to whatever is new. */
  throttle(): void;
  /** Cuts all connections. */
  cut(): void;
  /** From now on it shows another certificate, to all. */
  present(certificate: TestCertificate): void;
  close(): Promise<void>;
}

const TOO_MANY = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'TooManyRequests',
  code: 429,
  message: 'too many requests',
});

export async function startLink(upstream: Upstream, certificate: TestCertificate): Promise<ApiServerLink> {
  const agent = new Agent({ keepAlive: true, ca: upstream.ca });
  const sockets = new Set<Socket>();
  /** Ports of clients whose connection below TLS is lost. */
  const lost = new Set<number | undefined>();
  const writes: Written[] = [];
  let mode: 'open' | 'silent' | 'throttling' = 'open';
  const watches = new Set<IncomingMessage>();

  const isLost = ({ socket }: IncomingMessage) => lost.has(socket.remotePort);

  const forward = (request: IncomingMessage, response: ServerResponse) => {
    const at = performance.now();
    const { method, url = '/', headers } = request;
    const onward = send(new URL(url, upstream.url), { method, headers, agent }, (answer) => {
      if (isLost(request)) return answer.destroy();
      if (method === 'PATCH' && answer.statusCode === 200) writes.push({ path: url, at });
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      response.flushHeaders();
      if (url.includes('watch=true')) watches.add(request);
      answer.on('data', (chunk: Buffer) => isLost(request) || response.write(chunk));
      answer.on('end', () => isLost(request) || response.end());
      answer.on('error', () => request.socket.destroy());
      return undefined;
    });
    onward.on('error', () => isLost(request) || request.socket.destroy());
    response.on('close', () => {
      watches.delete(request);
      onward.destroy();
    });
    request.pipe(onward);
  };

  const server: Server = createServer(certificate, (request, response) => {
    if (isLost(request)) return;
    if (mode === 'open') return forward(request, response);
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' }).end(TOO_MANY);
  });
  const front = createTCPServer((socket) => {
    const { remotePort } = socket;
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      lost.delete(remotePort);
    });
    socket.on('error', () => {});
    if (mode === 'silent') lost.add(remotePort);
    else server.emit('connection', socket);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    url: `https://127.0.0.1:${(front.address() as AddressInfo).port}`,
    writes,
    get watches() {
      const open = [...watches].filter((request) => !isLost(request));
      return open.map(({ url = '' }) => url.replace(/\?.*/, ''));
    },
    open() {
      mode = 'open';
    },
    silence() {
      mode = 'silent';
      for (const { remotePort } of sockets) lost.add(remotePort);
    },
    throttle() {
      mode = 'throttling';
    },
    cut,
    present(next) {
      server.setSecureContext(next);
      cut();
    },
    close() {
      agent.destroy();
      return new Promise((resolve) => {
        front.close(() => resolve());
        cut();
      });
    },
  };
}
