import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, isNamespaceGone } from '../kubernetes/api-error.ts';
import { exponential } from '../kubernetes/backoff.ts';
import type { Client } from '../kubernetes/client.ts';
import { createEvent } from '../kubernetes/events.ts';
import { createRateLimit } from '../kubernetes/rate-limit.ts';
import { apiVersionOf } from '../kubernetes/resources.ts';
import { STATUS_PROBES, type StoredProbe } from './stored-probe.ts';
import type { Transition } from './transition.ts';

export interface EventSinkOptions {
  readonly client: Pick<Client, 'create'>;
  /** Name of this replica. */
  readonly instance: string;
  /** Whether statuses wait to be written, which go first. */
  readonly isBusy?: () => boolean;
  /** Told of an Event that is given up. */
  readonly onError: (error: unknown) => void;
  /** Waiting time after the first failure in a row, then doubled up to 30 s: 1 s. */
  readonly baseMilliseconds?: number;
}

interface Waiting {
  readonly probe: StoredProbe;
  readonly transition: Transition;
  readonly id: string;
  readonly occurredAt: Date;
  failures: number;
  /** Other probes of the namespace with the same news of the same cause. */
  others: number;
}

/** With one that may come at once, never more than 10 in any second. */
const EVENTS_PER_SECOND = 9;
const LOOK_AGAIN_MILLISECONDS = 200;
/** After so long, an Event waits no more for statuses that may never come to an end. */
const LONGEST_BEHIND_STATUSES_MILLISECONDS = 5 * 60_000;
const MAXIMUM_FAILURES = 12;
const LONGEST_WAIT_MILLISECONDS = 30_000;

/**
 * Creates Events in their order, at most 10 per second, and after the statuses that wait. While some wait, those of one
 * namespace with the same cause are one, so that an outage of a whole cluster does not drown the API server in Events.
 * One that cannot be created for now is tried again, behind the others.
 */
export class EventSink {
  readonly #options: EventSinkOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #turn = createRateLimit(EVENTS_PER_SECOND, 1);
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;
  #failuresInARow = 0;
  #isEnding = false;

  constructor(options: EventSinkOptions) {
    this.#options = options;
  }

  add(probe: StoredProbe, transition: Transition): void {
    const news = JSON.stringify([probe.namespace, transition.reason, transition.cause]);
    const known = this.#waiting.get(news);
    const created = { id: randomUUID(), occurredAt: new Date(), failures: 0, others: 0 };
    if (known === undefined) this.#waiting.set(news, { probe, transition, ...created });
    // What happens to one probe again, after something else, is news of its own.
    else if (known.probe.uid === probe.uid) this.#waiting.set(created.id, { probe, transition, ...created });
    else known.others += 1;
    this.#working ??= this.#work();
  }

  /** Creates what still waits, as fast as it can and for so long at most. */
  async stop(milliseconds = 0): Promise<void> {
    this.#isEnding = true;
    const late = setTimeout(() => this.#stopping.abort(), milliseconds);
    if (milliseconds === 0) this.#stopping.abort();
    await this.#working;
    this.#stopping.abort();
    clearTimeout(late);
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    // Probes that fail together come within one turn of the event loop or a few.
    for (let [next] = this.#waiting; next !== undefined && !signal.aborted; [next] = this.#waiting) {
      const [news, waiting] = next;
      await this.#afterStatuses(waiting);
      if (!this.#isEnding) await this.#turn(signal).catch(() => {});
      this.#waiting.delete(news);
      if (signal.aborted) break;
      await this.#create(waiting).then(
        () => {
          this.#failuresInARow = 0;
        },
        (error) => this.#failed(news, waiting, error),
      );
    }
    this.#working = undefined;
  }

  async #afterStatuses({ occurredAt }: Waiting): Promise<void> {
    const { isBusy = () => false } = this.#options;
    const { signal } = this.#stopping;
    const latest = occurredAt.getTime() + LONGEST_BEHIND_STATUSES_MILLISECONDS;
    while (isBusy() && !this.#isEnding && Date.now() < latest)
      await sleep(LOOK_AGAIN_MILLISECONDS, undefined, { signal }).catch(() => {});
  }

  async #failed(news: string, waiting: Waiting, error: unknown): Promise<void> {
    // Of a namespace that is deleted with its probes, nobody reads Events.
    if (isNamespaceGone(error)) return;
    waiting.failures += 1;
    if (!isTransient(error) || waiting.failures === MAXIMUM_FAILURES) return this.#options.onError(error);
    if (!this.#waiting.has(news)) this.#waiting.set(news, waiting);
    const { baseMilliseconds = 1_000 } = this.#options;
    const wait = exponential(this.#failuresInARow, baseMilliseconds, LONGEST_WAIT_MILLISECONDS);
    this.#failuresInARow += 1;
    await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #create({ probe, transition, others, id, occurredAt }: Waiting): Promise<void> {
    const { type, reason, message } = transition;
    const { namespace, name, uid } = probe;
    const tail = others === 0 ? '' : ` (and ${others} more StatusProbes of this namespace)`;
    await createEvent(this.#options.client, {
      type,
      reason,
      action: 'Probe',
      note: `${message}${tail}`,
      regarding: { apiVersion: apiVersionOf(STATUS_PROBES), kind: STATUS_PROBES.kind, namespace, name, uid },
      reportingController: 'statusprobe.dev/operator',
      reportingInstance: this.#options.instance,
      occurredAt,
      id,
    });
  }
}

/** The API server, or the way to it, may be better soon. */
const isTransient = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === undefined || error.status === 401 || error.status === 429 || error.status >= 500);
