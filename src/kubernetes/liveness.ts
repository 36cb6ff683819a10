import type { Deadline } from './deadline.ts';

/** Calls in a row that got no answer, after which silent streams are taken for dead. */
const UNANSWERED_CALLS = 2;
/** A call that gives up sooner says nothing about the connection. */
const TELLING_MILLISECONDS = 1_000;

/**
 * Ends streams that a partition has cut without a word. When calls get no answer, a stream that has been silent since
 * before them is opened anew by its reader, instead of waiting until TCP or the inactivity limit notices.
 */
export class Liveness {
  readonly #streams = new Set<Deadline>();
  #unanswered = 0;
  #unansweredSince = 0;

  /** Passes a stream on, and watches over it until it ends. */
  async *guard(chunks: AsyncIterable<Buffer>, deadline: Deadline): AsyncGenerator<Buffer> {
    this.#streams.add(deadline);
    try {
      yield* chunks;
    } finally {
      this.#streams.delete(deadline);
    }
  }

  answered(): void {
    this.#unanswered = 0;
  }

  /** A call that was begun at this time was given up without an answer. */
  unanswered(begunAt: number): void {
    if (performance.now() - begunAt < TELLING_MILLISECONDS) return;
    if (this.#unanswered === 0) this.#unansweredSince = begunAt;
    this.#unanswered += 1;
    if (this.#unanswered < UNANSWERED_CALLS) return;
    for (const stream of this.#streams) {
      const isSilent = stream.touchedAt < this.#unansweredSince;
      if (isSilent) stream.expire('the stream was silent while calls got no answer');
    }
  }
}
