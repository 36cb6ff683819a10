import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Agents } from './agents.ts';
import type { Verb } from './api-error.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { unreachable } from './unreachable.ts';

/** One HTTP request as it goes over the wire, but for the credentials. */
export interface OutgoingRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
  readonly connection: keyof Agents;
  readonly signal: AbortSignal;
}

export interface OutgoingParts {
  readonly verb: Verb;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

const METHODS: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

/** What of a request is the same in all its attempts. Streams are not compressed: each event is due at once. */
export function outgoingRequest(
  parts: OutgoingParts,
  connection: keyof Agents,
  signal: AbortSignal,
): OutgoingRequest {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const body = parts.body === undefined ? undefined : Buffer.from(JSON.stringify(parts.body));
  return {
    method: METHODS[parts.verb],
    target: query.size === 0 ? parts.path : `${parts.path}?${query}`,
    headers: {
      accept: 'application/json',
      ...(connection === 'calls' ? { 'accept-encoding': 'gzip' } : {}),
      ...(body === undefined
        ? {}
        : { 'content-type': parts.contentType ?? 'application/json', 'content-length': body.length }),
    },
    ...(body === undefined ? {} : { body }),
    connection,
    signal,
  };
}

/**
 * Sends one request as soon as a connection is ready for it, and resolves when the answer's headers are there. The
 * fence is asked at that very moment, as a write may wait long for its connection.
 */
export function exchange(
  call: FencedCall,
  access: ClusterAccess,
  agents: Agents,
  outgoing: OutgoingRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { send, options } = addressOf(access);
  const request = send({
    ...options,
    path: options.path + outgoing.target,
    method: outgoing.method,
    agent: agents[outgoing.connection],
    headers: { ...outgoing.headers, ...access.headers },
    signal: outgoing.signal,
    // The call has its own deadline; a timer of the socket would be set anew with every byte.
    timeout: 0,
  });
  let sent = false;
  const finish = () => {
    try {
      call.fence?.();
      sent = true;
      request.end(outgoing.body);
    } catch (error) {
      reject(error);
      request.destroy();
    }
  };
  request.on('socket', (socket) => whenReady(socket, finish));
  request.on('response', resolve);
  request.on('error', (error) => reject(unreachable(call, access.server, { cause: error, sent })));
  return promise;
}

interface FencedCall {
  readonly verb: Verb;
  readonly path: string;
  readonly fence?: () => void;
}

function addressOf({ server }: ClusterAccess) {
  const { protocol, hostname, port, pathname } = new URL(server);
  return {
    send: protocol === 'https:' ? httpsRequest : httpRequest,
    options: {
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname.replace(/\/$/, ''),
    },
  };
}

function whenReady(socket: Socket & { readonly secureConnecting?: boolean }, send: () => void): void {
  if (socket.secureConnecting === true) socket.once('secureConnect', send);
  else if (socket.connecting) socket.once('connect', send);
  else send();
}
