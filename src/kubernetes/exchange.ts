import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents } from './agents.ts';
import type { Verb } from './api-error.ts';
import type { ClusterAccess } from './cluster-access.ts';

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

/** Sends one request and resolves when the answer's headers are there. */
export function exchange(
  access: ClusterAccess,
  agents: Agents,
  outgoing: OutgoingRequest,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = access.server.startsWith('https:') ? httpsRequest : httpRequest;
  const server = new URL(access.server);
  const request = send({
    protocol: server.protocol,
    hostname: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port,
    path: server.pathname.replace(/\/$/, '') + outgoing.target,
    method: outgoing.method,
    agent: agents[outgoing.connection],
    headers: { ...outgoing.headers, ...access.headers },
    signal: outgoing.signal,
  });
  request.on('response', resolve);
  request.on('error', reject);
  request.end(outgoing.body);
  return promise;
}
