import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { ApiError, errorFromResponse, type Verb } from './api-error.ts';
import type { Deadline } from './deadline.ts';
import { withoutFieldsV1 } from './managed-fields.ts';

interface Call {
  readonly verb: Verb;
  readonly path: string;
}

/** Far above any page of 500 objects; keeps a runaway answer from filling the memory. */
const MAXIMUM_BODY_BYTES = 256 * 1024 * 1024;
const MAXIMUM_ERROR_BYTES = 1024 * 1024;

/** The response itself when it is a success, else the error that it stands for. */
export async function successful(call: Call, response: IncomingMessage): Promise<IncomingMessage> {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  const body = await readBody(response, MAXIMUM_ERROR_BYTES).catch(() => Buffer.alloc(0));
  throw errorFromResponse(call, { status, retryAfter: response.headers['retry-after'], body: String(body) });
}

export async function readJson(call: Call, response: IncomingMessage): Promise<unknown> {
  const body = await readBody(response, MAXIMUM_BODY_BYTES).catch((cause: unknown) => {
    throw cut(call, cause);
  });
  try {
    return JSON.parse(withoutFieldsV1(body));
  } catch (cause) {
    throw new ApiError({
      ...named(call),
      reason: 'InvalidResponse',
      message: 'the answer is not JSON',
      cause,
    });
  }
}

/**
 * The bytes of a stream as they come, those of one turn of the event loop together; each time its inactivity limit
 * starts anew. While it is read it is watched over.
 */
export async function* readChunks(
  call: Call,
  response: IncomingMessage,
  deadline: Deadline,
  watchOver: () => () => void,
): AsyncGenerator<Buffer> {
  const forget = watchOver();
  try {
    for await (const chunk of response) {
      deadline.touch();
      yield chunk as Buffer;
      await nextTurn();
    }
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : cut(call, error);
  } finally {
    forget();
    deadline.stop();
  }
}

/** The whole decoded body; fails when it is cut short or longer than `limit` bytes. */
async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of decoded(response)) {
    length += (chunk as Buffer).length;
    if (length > limit) throw new RangeError(`it is longer than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, length);
}

function decoded(response: IncomingMessage): AsyncIterable<unknown> {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  return pipeline(response, createGunzip(), () => {});
}

function cut(call: Call, cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ApiError({
    ...named(call),
    reason: 'Unreachable',
    message: `the answer of the API server could not be read: ${why}`,
    cause,
  });
}

const named = ({ verb, path }: Call) => ({ verb, path });
