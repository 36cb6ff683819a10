import { setTimeout as sleep } from 'node:timers/promises';
import { type Notification, SHOWN_OTHERS } from './notification.ts';

/** What came of one attempt. */
export type Delivery =
  | { readonly kind: 'Sent' }
  | {
      readonly kind: 'Failed';
      /** One sentence without the URL, which may be a secret. */
      readonly message: string;
      readonly isWorthRetrying: boolean;
      /** As the receiver asked. */
      readonly retryAfterMilliseconds?: number;
    };

export type Result = 'sent' | 'failed' | 'dropped';

export interface OutboxOptions {
  /** Makes one attempt; never rejects. */
  readonly send: (notification: Notification, signal: AbortSignal) => Promise<Delivery>;
  readonly told: (result: Result) => void;
  /** Told of each attempt, to be logged when it differs from the one before. */
  readonly attempted?: (delivery: Delivery) => void;
  readonly pace?: Partial<Pace>;
}

/** Milliseconds, but for `room`. */
interface Pace {
  /** How long news is waited for that says the very same. */
  readonly gathering: number;
  /** Waiting time after the first failed attempt; doubled up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** After so long, an attempt that fails was the last one. */
  readonly giveUp: number;
  /** Notifications that may wait. */
  readonly room: number;
}

const USUAL_PACE: Pace = {
  gathering: 500,
  firstWait: 1_000,
  longestWait: 5 * 60_000,
  giveUp: 60 * 60_000,
  room: 1_000,
};

interface Waiting {
  readonly notification: Notification;
  readonly since: number;
  /** Names of other StatusProbes with the very same news. */
  readonly others: string[];
}

/**
 * What waits for one receiver: in its order, each until it is taken or hope is given up. Of one namespace, what says the
 * same while it waits is one, so that an outage is not told a thousand times. Nobody ever waits for it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pace: Pace;
  readonly #waiting = new Map<string, Waiting>();
  /** Aborted when nothing may wait any longer. */
  readonly #closing = new AbortController();
  /** Aborted when nothing may be under way any longer. */
  readonly #ending = new AbortController();
  #working: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#pace = { ...USUAL_PACE, ...options.pace };
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(notification: Notification): void {
    const { type, namespace, name, data } = notification;
    const id = JSON.stringify([namespace, type, data.owner, data.summary]);
    const known = this.#waiting.get(id);
    if (known === undefined) {
      this.#makeRoom();
      this.#waiting.set(id, { notification, since: performance.now(), others: [] });
    } else if (known.notification.name !== name && !known.others.includes(name)) known.others.push(name);
    this.#working ??= this.#work();
  }

  /** Tries what waits once more, for so long at most. */
  async stop(milliseconds: number): Promise<void> {
    this.#closing.abort();
    const late = setTimeout(() => this.#ending.abort(), milliseconds);
    await this.#working;
    clearTimeout(late);
  }

  /** The latest news is worth more than the oldest. */
  #makeRoom(): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size < this.#pace.room || oldest === undefined) return;
    this.#waiting.delete(oldest);
    this.#options.told('dropped');
  }

  async #work(): Promise<void> {
    await this.#wait(this.#pace.gathering);
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [id, waiting] = next;
      this.#waiting.delete(id);
      this.#options.told(await this.#deliver(waiting));
    }
    this.#working = undefined;
  }

  async #deliver({ notification, since, others }: Waiting): Promise<Result> {
    const whole = withOthers(notification, others);
    const { firstWait, longestWait, giveUp } = this.#pace;
    for (let wait = firstWait; !this.#ending.signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      const isLast = this.#closing.signal.aborted || performance.now() - since >= giveUp;
      const delivery = await this.#options.send(whole, this.#ending.signal);
      this.#options.attempted?.(delivery);
      if (delivery.kind === 'Sent') return 'sent';
      if (!delivery.isWorthRetrying) return 'failed';
      if (isLast) break;
      const asked = Math.min(delivery.retryAfterMilliseconds ?? 0, longestWait);
      await this.#wait(Math.max(asked, wait * (1 + Math.random() / 5)));
    }
    return this.#closing.signal.aborted ? 'dropped' : 'failed';
  }

  async #wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#closing.signal }).catch(() => {});
  }
}

function withOthers(notification: Notification, others: readonly string[]): Notification {
  if (others.length === 0) return notification;
  const omitted = others.length - SHOWN_OTHERS;
  const data = {
    ...notification.data,
    others: others.slice(0, SHOWN_OTHERS),
    ...(omitted > 0 ? { othersOmitted: omitted } : {}),
  };
  return { ...notification, data };
}
