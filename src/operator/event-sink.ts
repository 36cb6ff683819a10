import { isNamespaceGone } from '../kubernetes/api-error.ts';
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
  readonly onError: (error: unknown) => void;
}

interface Waiting {
  readonly probe: StoredProbe;
  readonly transition: Transition;
  /** Other probes of the namespace with the very same news. */
  others: number;
}

const EVENTS_PER_SECOND = 10;

/**
 * Creates Events in their order, at most 10 per second. While some wait, those of one namespace that say the same are
 * one, so that an outage of a whole cluster does not drown the API server in Events.
 */
export class EventSink {
  readonly #options: EventSinkOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #turn = createRateLimit(EVENTS_PER_SECOND, EVENTS_PER_SECOND);
  readonly #stopping = new AbortController();
  #working: Promise<void> | undefined;

  constructor(options: EventSinkOptions) {
    this.#options = options;
  }

  add(probe: StoredProbe, transition: Transition): void {
    const { reason, message } = transition;
    const id = JSON.stringify([probe.namespace, reason, message]);
    const known = this.#waiting.get(id);
    if (known === undefined) this.#waiting.set(id, { probe, transition, others: 0 });
    else known.others += 1;
    this.#working ??= this.#work();
  }

  /** Gives up what still waits after the present call. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    // Probes that fail together come within one turn of the event loop or a few.
    for (let [next] = this.#waiting; next !== undefined && !signal.aborted; [next] = this.#waiting) {
      await this.#turn(signal).catch(() => {});
      const [id, waiting] = next;
      this.#waiting.delete(id);
      if (!signal.aborted) await this.#create(waiting).catch((error) => this.#report(error));
    }
    this.#working = undefined;
  }

  /** Of a namespace that is deleted with its probes, nobody reads Events. */
  #report(error: unknown): void {
    if (!isNamespaceGone(error)) this.#options.onError(error);
  }

  async #create({ probe, transition, others }: Waiting): Promise<void> {
    const { type, reason, message } = transition;
    const { namespace, name, uid } = probe;
    const tail = others === 0 ? '' : ` (and ${others} more StatusProbes of this namespace)`;
    await createEvent(this.#options.client as Client, {
      type,
      reason,
      action: 'Probe',
      note: `${message}${tail}`,
      regarding: { apiVersion: apiVersionOf(STATUS_PROBES), kind: STATUS_PROBES.kind, namespace, name, uid },
      reportingController: 'statusprobe.dev/operator',
      reportingInstance: this.#options.instance,
    });
  }
}
