import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflateRaw } from 'node:zlib';
import { type Answer, valuesOf } from './answer.ts';
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

  /** Whether `start` is not all of it. */
  get isCut(): boolean {
    return this.#length > START_BYTES;
  }

  /** The first 4096 bytes, cut between characters. */
  get start(): string {
    if (!this.isCut) return this.text;
    const bytes = Buffer.concat(this.#chunks).subarray(0, START_BYTES);
    return new TextDecoder().decode(bytes, { stream: true });
  }
}

/** Reads the body of `answer` into `body` until it ends. Rejects with a `ProbeFault` or the error of the stream. */
export async function readBody(
  answer: Answer,
  body: Body,
  deadline: Deadline,
  compression?: Compression,
): Promise<void> {
  const decoder = decoderFor(answer, compression);
  const source = answer.body;
  await deadline
    .wait<void>((resolve, reject) => {
      const stream = decoder === undefined ? source : source.pipe(decoder);
      decoder?.on('error', () => reject(undecodable(`valid ${compression}`)));
      stream.on('data', (chunk: Buffer) => {
        body.add(chunk);
        if (body.isTooLong) reject(fault('BodyTooLarge', 'The response body is longer than the limit.'));
      });
      stream.once('end', resolve);
      const closed = () => {
        if (!source.readableEnded) reject(source.errored ?? fault('ClosedMidBody', CUT_OFF));
      };
      source.once('close', closed);
      if (source.closed) closed();
    })
    .finally(() => decoder?.destroy());
}

/** A server may leave a body as it is, whatever was asked for, but must not compress it in another way. */
function decoderFor(answer: Answer, compression: Compression | undefined): Transform | undefined {
  if (compression === undefined) return undefined;
  const [encoding = 'identity'] = valuesOf(answer, 'content-encoding');
  if (encoding === 'identity') return undefined;
  if (encoding !== compression || compression === 'identity') throw undecodable(`encoded as ${compression}`);
  return DECODERS[compression]();
}

const fault = (reason: string, message: string) => new ProbeFault('Receive', reason, message);
const undecodable = (what: string) => fault('DecodeFailed', `The response body is not ${what}.`);
const CUT_OFF = 'The response body ended before it was complete.';
