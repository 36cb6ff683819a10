import { readChunks, readJson } from './answer.ts';
import type { ReadAccess } from './cluster-access.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type OutgoingRequest, outgoingRequest } from './exchange.ts';
import { Liveness } from './liveness.ts';
import { withRetries } from './retry.ts';
import { createSender, type SendableRequest, type SenderOptions } from './sender.ts';

export interface TransportOptions extends SenderOptions {
  /** Of calls that set none: 15 s. */
  readonly deadlineMilliseconds?: number;
}

export interface ApiRequest extends SendableRequest {
  readonly signal?: AbortSignal;
  /** Limit of the whole call, retries included; of a stream, until its headers are there. */
  readonly deadlineMilliseconds?: number;
}

export interface StreamRequest extends ApiRequest {
  /** The stream fails with `Timeout` when no byte comes for so long. */
  readonly inactivityMilliseconds: number;
}

/** Carries calls to one API server over shared connections. Failures are ApiErrors, or the signal's own reason. */
export interface Transport {
  /** The JSON of the answer. */
  request(request: ApiRequest): Promise<unknown>;
  /** Resolves when the stream is open; never retried. Its bytes must be read, or the signal aborted. */
  stream(request: StreamRequest): Promise<AsyncIterable<Buffer>>;
  /** Calls back each time that the server answers after it did not; the result ends that. */
  onBack(listener: () => void): () => void;
  close(): void;
}

export function createTransport(readAccess: ReadAccess, options: TransportOptions = {}): Transport {
  const liveness = new Liveness();
  const sender = createSender(readAccess, options, liveness);
  const userAgent = { 'user-agent': options.userAgent ?? 'node' };

  const outgoingOf = (request: ApiRequest, connection: OutgoingRequest['connection'], deadline: Deadline) => {
    const outgoing = outgoingRequest(request, connection, deadline.signal);
    return { ...outgoing, headers: { ...userAgent, ...outgoing.headers } };
  };

  const begin = (request: ApiRequest) => {
    const { deadlineMilliseconds = options.deadlineMilliseconds ?? 15_000, verb, path } = request;
    const deadline = startDeadline(request, deadlineMilliseconds);
    const exchange = { verb, path, deadline };
    return { exchange, deadline, forget: liveness.watch(exchange) };
  };

  return {
    async request(request) {
      const { deadline, forget } = begin(request);
      const outgoing = outgoingOf(request, request.urgent === true ? 'streams' : 'calls', deadline);
      const call = async () => readJson(request, await sender.send(request, outgoing));
      return withRetries(deadline, call)
        .catch(orReasonOf(deadline))
        .finally(() => {
          forget();
          deadline.stop();
        });
    },
    async stream(request) {
      const { exchange, deadline, forget } = begin(request);
      try {
        const response = await sender.send(request, outgoingOf(request, 'streams', deadline));
        deadline.becomeInactivityLimit(request.inactivityMilliseconds);
        return readChunks(request, response, deadline, () => liveness.watchStream(exchange));
      } catch (error) {
        deadline.stop();
        return orReasonOf(deadline)(error);
      } finally {
        forget();
      }
    },
    onBack: (listener) => liveness.onBack(listener),
    close: () => sender.close(),
  };
}

/** An aborted call fails with the reason of the abort, whatever it was doing. */
const orReasonOf = (deadline: Deadline) => (error: unknown) => {
  throw deadline.signal.aborted ? deadline.signal.reason : error;
};
