import { exponential } from './backoff.ts';
import { isolated } from './isolated.ts';
import { createTokenBucket } from './rate-limit.ts';

export type WorkqueueObservation =
  | { readonly type: 'added' | 'retried' }
  | { readonly type: 'started'; readonly queuedMilliseconds: number }
  | { readonly type: 'finished'; readonly milliseconds: number; readonly error?: unknown };

export interface Requeue {
  readonly requeueAfterMilliseconds: number;
}

export interface WorkqueueOptions {
  /** How many keys are worked on at once. */
  readonly workers: number;
  /** Works on a key, never on the same one twice at once. A key whose work fails comes again after a back-off. */
  readonly handle: (key: string, signal: AbortSignal) => Promise<Requeue | undefined>;
  /** Back-off of one key: 5 ms, doubled up to 1000 s. */
  readonly baseMilliseconds?: number;
  readonly ceilingMilliseconds?: number;
  /** Back-off of all keys together: 10 per second beyond 100 at once. */
  readonly retriesPerSecond?: number;
  readonly retryBurst?: number;
  readonly observe?: (observation: WorkqueueObservation) => void;
}

/** Keys to work on, each once however often it is added; one added while it is worked on comes once more afterwards. */
export class Workqueue {
  readonly #options: WorkqueueOptions;
  readonly #retryTurn: () => number;
  /** Keys in their order, with the time they were added. */
  readonly #waiting = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #addedWhileRunning = new Set<string>();
  readonly #delayed = new Map<string, { readonly dueAt: number; readonly timer: NodeJS.Timeout }>();
  readonly #failures = new Map<string, number>();
  readonly #controller = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: WorkqueueOptions) {
    this.#options = options;
    this.#retryTurn = createTokenBucket(options.retriesPerSecond ?? 10, options.retryBurst ?? 100);
  }

  get depth(): number {
    return this.#waiting.size;
  }

  /** Milliseconds that each running work has been going on. */
  get running(): readonly number[] {
    const now = performance.now();
    return [...this.#running.values()].map((startedAt) => now - startedAt);
  }

  add(key: string): void {
    if (this.#closed || this.#waiting.has(key) || this.#addedWhileRunning.has(key)) return;
    this.#observe({ type: 'added' });
    if (this.#running.has(key)) this.#addedWhileRunning.add(key);
    else this.#enqueue(key);
  }

  /** Adds the key after a time; of several times for one key the earliest counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    const dueAt = performance.now() + milliseconds;
    const pending = this.#delayed.get(key);
    if (pending !== undefined && pending.dueAt <= dueAt) return;
    clearTimeout(pending?.timer);
    const timer = setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, milliseconds);
    this.#delayed.set(key, { dueAt, timer });
  }

  /** Forgets the failures and the pending delay of a key, as for an object that is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
    clearTimeout(this.#delayed.get(key)?.timer);
    this.#delayed.delete(key);
  }

  /** Takes nothing more in; resolves when all that waits has been worked on. */
  async drain(): Promise<void> {
    this.#closed = true;
    for (const key of [...this.#delayed.keys()]) this.forget(key);
    this.#settle();
    return this.#idle.promise;
  }

  /** Drops what waits and aborts the signal of what runs; resolves when that has ended. */
  async stop(): Promise<void> {
    this.#waiting.clear();
    this.#addedWhileRunning.clear();
    this.#controller.abort();
    return this.drain();
  }

  #enqueue(key: string): void {
    this.#waiting.set(key, performance.now());
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const [key, addedAt] of this.#waiting) {
      if (this.#running.size >= this.#options.workers) return;
      this.#waiting.delete(key);
      void this.#work(key, addedAt);
    }
  }

  async #work(key: string, addedAt: number): Promise<void> {
    const startedAt = performance.now();
    this.#running.set(key, startedAt);
    this.#observe({ type: 'started', queuedMilliseconds: startedAt - addedAt });
    const ended = (error: object) =>
      this.#observe({ type: 'finished', milliseconds: performance.now() - startedAt, ...error });
    try {
      const requeue = await this.#options.handle(key, this.#controller.signal);
      ended({});
      this.#failures.delete(key);
      if (requeue !== undefined) this.addAfter(key, requeue.requeueAfterMilliseconds);
    } catch (error) {
      ended({ error });
      this.#retry(key);
    }
    this.#running.delete(key);
    if (this.#addedWhileRunning.delete(key)) this.#waiting.set(key, performance.now());
    this.#startWaiting();
    this.#settle();
  }

  #retry(key: string): void {
    const { baseMilliseconds: base = 5, ceilingMilliseconds: ceiling = 1_000_000 } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observe({ type: 'retried' });
    this.addAfter(key, Math.max(exponential(failures, base, ceiling), this.#retryTurn()));
  }

  #settle(): void {
    if (this.#closed && this.#running.size === 0 && this.#waiting.size === 0) this.#idle.resolve();
  }

  #observe(observation: WorkqueueObservation): void {
    isolated(
      () => this.#options.observe?.(observation),
      () => {},
    );
  }
}
