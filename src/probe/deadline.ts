/** Ends whatever a probe waits for: its time is up, or the operator shuts down. */
export class Interrupted extends Error {
  readonly why: 'Timeout' | 'Cancelled';

  constructor(why: 'Timeout' | 'Cancelled') {
    super(why);
    this.why = why;
  }
}

type Start<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => void;

/** The end of a probe's time. Every wait of a probe goes through it, so that none can outlast it. */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  #interrupted: Interrupted | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(milliseconds: number, signal?: AbortSignal) {
    this.#timer = setTimeout(() => this.#interrupt('Timeout'), milliseconds);
    this.#signal = signal;
    if (signal?.aborted) this.#interrupted = new Interrupted('Cancelled');
    else signal?.addEventListener('abort', this.#cancel);
  }

  /** Waits for `start` to settle; rejects with `Interrupted` when the time is up. One wait at a time. */
  wait<T>(start: Start<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#interrupted !== undefined) return reject(this.#interrupted);
      this.#reject = reject;
      start(resolve, reject);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#cancel);
  }

  readonly #cancel = () => this.#interrupt('Cancelled');

  #interrupt(why: Interrupted['why']): void {
    this.#interrupted ??= new Interrupted(why);
    this.#reject?.(this.#interrupted);
  }
}
