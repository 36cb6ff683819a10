import type { IncomingMessage } from 'node:http';
import { createAgentCache } from './agents.ts';
import { successful } from './answer.ts';
import { ApiError, hasReason, type Verb } from './api-error.ts';
import { type ClusterAccess, createAccessCache, type ReadAccess } from './cluster-access.ts';
import { exchange, type OutgoingParts, type OutgoingRequest } from './exchange.ts';
import type { Liveness } from './liveness.ts';
import { createRateLimit } from './rate-limit.ts';
import { isUntrusted } from './unreachable.ts';

/** One attempt at a call, for metrics. `code` is the HTTP status, or `<error>` when no server answered. */
export interface RequestObservation {
  readonly verb: Verb;
  readonly method: string;
  readonly host: string;
  readonly code: string;
  readonly durationMilliseconds: number;
}

export interface SenderOptions {
  readonly userAgent?: string;
  /** Reads per second, opened streams included, and as many writes beside them; urgent calls do not count. */
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  /** Connections for calls; each stream has one of its own. */
  readonly maximumConnections?: number;
  readonly observe?: (observation: RequestObservation) => void;
}

export interface SendableRequest extends OutgoingParts {
  /** Passes the rate limit and the pool of connections: for Leases, which must not wait behind other calls. */
  readonly urgent?: boolean;
  /** Called at the moment each attempt is sent; throws to stop a write whose right lapsed while it waited. */
  readonly fence?: () => void;
}

const READS: ReadonlySet<Verb> = new Set(['get', 'list', 'watch']);

/** Sends single attempts with the credentials of the moment, within the rate limit. */
export interface Sender {
  /** Resolves with a successful answer, body unread. */
  send(request: SendableRequest, outgoing: OutgoingRequest): Promise<IncomingMessage>;
  close(): void;
}

export function createSender(readAccess: ReadAccess, options: SenderOptions, liveness: Liveness): Sender {
  const accessCache = createAccessCache(readAccess);
  const agentCache = createAgentCache(options.maximumConnections ?? 8);
  const createLimit = () => createRateLimit(options.requestsPerSecond ?? 50, options.burst ?? 100);
  // What is written has been read for: it does not wait behind the many reads of an outage.
  const [reading, writing] = [createLimit(), createLimit()];
  const limitOf = ({ verb }: SendableRequest) => (READS.has(verb) ? reading : writing);

  async function sendOnce(request: SendableRequest, access: ClusterAccess, outgoing: OutgoingRequest) {
    const startedAt = performance.now();
    const observed = (code: string) =>
      options.observe?.({
        verb: request.verb,
        method: outgoing.method,
        host: new URL(access.server).host,
        code,
        durationMilliseconds: performance.now() - startedAt,
      });
    try {
      const response = await exchange(request, access, agentCache.for(access), outgoing);
      liveness.answered(startedAt);
      observed(String(response.statusCode));
      return response;
    } catch (error) {
      const isGivenUp = hasReason(outgoing.signal.reason, 'Timeout');
      const isCut = hasReason(error, 'Unreachable') && !outgoing.signal.aborted;
      if (isGivenUp || isCut) liveness.unanswered(startedAt, isGivenUp);
      observed('<error>');
      throw error;
    }
  }

  return {
    async send(request, outgoing) {
      if (request.urgent !== true) await limitOf(request)(outgoing.signal);
      const access = await readable(request, accessCache.current());
      try {
        return await successful(request, await sendOnce(request, access, outgoing));
      } catch (error) {
        if (!hasReason(error, 'Unauthorized') && !isUntrusted(error)) throw error;
        // Rotated while we kept the old ones: read credentials and CA anew, and ask once more.
        const renewed = await readable(request, accessCache.renew(access));
        return successful(request, await sendOnce(request, renewed, outgoing));
      }
    },
    close: () => agentCache.close(),
  };
}

async function readable(request: SendableRequest, access: Promise<ClusterAccess>): Promise<ClusterAccess> {
  try {
    return await access;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot read the credentials for the API server: ${why}`;
    throw new ApiError({ verb: request.verb, path: request.path, reason: 'NoCredentials', message, cause });
  }
}
