import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflateRaw } from 'node:zlib';
import type { Deadline } from './deadline.ts';
import { ProbeFault } from './failure.ts';
import type { Compression } from './request.ts';

/** How much of a body is kept for recognising who answered. */
const START_BYTES = 4096;

const EMPTY = Buffer.alloc(0);

const DECODERS: Record<Exclude<Compression, 'identity'>, () => Transform> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
  deflate: createInflateRaw,
};

/** What was read of a body, also when reading it failed half-way. */
export class Body {
  readonly #limit: number;
  readonly #keep: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #length = 0;

  /** Keeps `limit` bytes where `whole`, else only the beginning. */
  constructor(limit: number, whole: boolean) {
    this.#limit = limit;
    this.#keep = whole ? limit : Math.min(limit, START_BYTES);
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#kept >= this.#keep) return;
    const part = chunk.subarray(0, this.#keep - this.#kept);
    this.#kept += part.length;
    this.#chunks.push(part);
  }

  get isTooLong(): boolean {
    return this.#length > this.#limit;
  }

  /** Bytes after decompression, up to the limit. */
  get length(): number {
    return Math.min(this.#length, this.#limit);
  }

  get text(): string {
    const [only = EMPTY, ...more] = this.#chunks;
    return (more.length === 0 ? only : Buffer.concat(this.#chunks)).toString('utf8');
  }

  /** The first 4096 bytes, cut between characters. */
  get start(): string {
    if (this.length <= START_BYTES) return this.text;
    const bytes = Buffer.concat(this.#chunks).subarray(0, START_BYTES);
    return new TextDecoder().decode(bytes, { stream: true });
  }
}

/** Reads `source` into `body` until it ends. Rejects with a `ProbeFault` or the error of the stream. */
export function readBody(
  source: Readable,
  body: Body,
  deadline: Deadline,
  compression?: Compression,
): Promise<void> {
  return deadline.wait<void>((resolve, reject) => {
    const stream = decoded(source, reject, compression);
    stream.on('data', (chunk: Buffer) => {
      body.add(chunk);
      if (body.isTooLong) reject(TOO_LARGE());
    });
    stream.once('end', resolve);
    const closed = () => {
      if (!source.readableEnded) reject(source.errored ?? CUT_OFF());
    };
    source.once('close', closed);
    if (source.closed) closed();
  });
}

function decoded(source: Readable, reject: (error: Error) => void, compression?: Compression): Readable {
  if (compression === undefined || compression === 'identity') return source;
  const decoder = DECODERS[compression]();
  decoder.on('error', () => reject(NOT_DECODABLE(compression)));
  return source.pipe(decoder);
}

const TOO_LARGE = () =>
  new ProbeFault('Receive', 'BodyTooLarge', 'The response body is longer than the limit.');
const CUT_OFF = () =>
  new ProbeFault('Receive', 'ClosedMidBody', 'The response body ended before it was complete.');
const NOT_DECODABLE = (compression: Compression) =>
  new ProbeFault('Receive', 'DecodeFailed', `The response body is not valid ${compression}.`);
