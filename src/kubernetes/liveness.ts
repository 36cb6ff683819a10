import { ApiError, type Verb } from './api-error.ts';
import type { Deadline } from './deadline.ts';

/** Calls in a row that got no answer, after which silent streams are taken for dead. */
const UNANSWERED_CALLS = 2;
/** A call that gives up sooner says nothing about the connection. */
const TELLING_MILLISECONDS = 1_000;

/** A call or stream, as far as its end is concerned. */
export interface Exchange {
  readonly verb: Verb;
  readonly path: string;
  readonly deadline: Deadline;
}

/**
 * Ends what a partition has cut without a word, instead of waiting until TCP or its own limit notices: streams as soon
 * as calls get no answer, and all that is older than the first call which is answered again.
 */
export class Liveness {
  readonly #open = new Set<Exchange>();
  readonly #streams = new Set<Exchange>();
  readonly #listeners = new Set<() => void>();
  #isCutOff = false;
  #unanswered = 0;
  #unansweredSince = 0;

  /** Watches over a call or a stream, until the result is called. */
  watch(exchange: Exchange): () => void {
    this.#open.add(exchange);
    return () => void this.#open.delete(exchange);
  }

  /** Watches over a stream, until the result is called. */
  watchStream(exchange: Exchange): () => void {
    this.#streams.add(exchange);
    const forget = this.watch(exchange);
    return () => {
      this.#streams.delete(exchange);
      forget();
    };
  }

  /** Calls back each time that the server answers after it did not; the result ends that. */
  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A call that was begun at this time was answered. */
  answered(begunAt: number): void {
    if (this.#unanswered >= UNANSWERED_CALLS) this.#end(this.#open, begunAt);
    this.#unanswered = 0;
    if (!this.#isCutOff) return;
    this.#isCutOff = false;
    for (const listener of [...this.#listeners]) listener();
  }

  /** A call that was begun at this time was refused or cut, or given up without an answer. */
  unanswered(begunAt: number, isGivenUp: boolean): void {
    this.#isCutOff = true;
    if (!isGivenUp || performance.now() - begunAt < TELLING_MILLISECONDS) return;
    if (this.#unanswered === 0) this.#unansweredSince = begunAt;
    this.#unanswered += 1;
    if (this.#unanswered >= UNANSWERED_CALLS) this.#end(this.#streams, this.#unansweredSince);
  }

  /** Ends those that have been silent since before a time. */
  #end(exchanges: ReadonlySet<Exchange>, before: number): void {
    for (const { verb, path, deadline } of exchanges) {
      if (deadline.touchedAt >= before) continue;
      const message = 'the connection was silent while calls got no answer';
      deadline.expire(new ApiError({ verb, path, reason: 'Unreachable', message }));
    }
  }
}
