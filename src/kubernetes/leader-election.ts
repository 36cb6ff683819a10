import type { Client } from './client.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { isolated } from './isolated.ts';
import { LeaseLock } from './lease-lock.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** Must differ from that of every other process, also of an earlier run of the same Pod. */
  readonly identity: string;
  /** How long others wait for a silent leader: 15 s. */
  readonly durationMilliseconds?: number;
  /** How long a leader that cannot renew goes on, counted from the start of its last renewal: 10 s. */
  readonly renewDeadlineMilliseconds?: number;
  /** 2 s. */
  readonly retryMilliseconds?: number;
  /** Called when this process becomes the leader; `term` aborts when it ceases to be. */
  readonly onLeading?: (term: AbortSignal) => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

/** A write was stopped because the right to it has lapsed. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** Contends for a Lease until it is stopped; leads, loses and leads again. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #clock: Clock;
  readonly #renewDeadline: number;
  readonly #lock: LeaseLock;
  readonly #stopping = new AbortController();
  readonly #contending: Promise<void>;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #term: AbortController | undefined;

  constructor(options: LeaderElectionOptions) {
    const { clock = monotonicClock, renewDeadlineMilliseconds = 10_000 } = options;
    this.#options = options;
    this.#clock = clock;
    this.#renewDeadline = renewDeadlineMilliseconds;
    const deadlineMilliseconds = renewDeadlineMilliseconds / 2;
    this.#lock = new LeaseLock({ durationMilliseconds: 15_000, ...options, clock, deadlineMilliseconds });
    this.#contending = this.#contend();
  }

  /** True while no other process can be the leader. */
  get isLeader(): boolean {
    return this.#clock.now() < this.#heldUntil;
  }

  /** The holder that was seen last. */
  get leader(): string | undefined {
    return this.#lock.holder;
  }

  /** Throws FencedError unless this process leads; to be called right before every write, see ApiRequest.fence. */
  readonly fence = (): void => {
    if (!this.isLeader)
      throw new FencedError(`The Lease ${this.#options.name} is not held by this process any more.`);
  };

  /** Ends the term and gives the Lease back. Writes of the term must have ended before. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#contending;
    this.#endTerm();
    await this.#lock.release().catch(this.#onError);
  }

  async #contend(): Promise<void> {
    const { retryMilliseconds = 2_000 } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#try();
      await this.#clock.sleep(retryMilliseconds * (1 + Math.random() / 5), signal);
    }
  }

  async #try(): Promise<void> {
    try {
      const startedAt = await this.#lock.tryHold();
      if (startedAt === undefined) this.#endTerm();
      else this.#hold(startedAt);
    } catch (error) {
      this.#onError(error);
    }
  }

  #hold(renewalStartedAt: number): void {
    this.#heldUntil = renewalStartedAt + this.#renewDeadline;
    if (this.#term !== undefined || !this.isLeader) return;
    this.#term = new AbortController();
    const { signal } = this.#term;
    void this.#endInTime(signal);
    isolated(() => this.#options.onLeading?.(signal), this.#onError);
  }

  /** A renewal that hangs must not keep the term alive. */
  async #endInTime(term: AbortSignal): Promise<void> {
    while (this.isLeader) await this.#clock.sleep(this.#heldUntil - this.#clock.now(), term);
    if (!term.aborted) this.#endTerm();
  }

  #endTerm(): void {
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    this.#term?.abort();
    this.#term = undefined;
  }

  readonly #onError = (error: unknown): void => this.#options.onError?.(error);
}
