import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError, isExpired } from './api-error.ts';
import { createIntake, type Intake, type IntakeOptions } from './intake.ts';
import { type PageOptions, readPages } from './pages.ts';
import type { Attempt } from './reflector-pace.ts';
import { pathOf, type Resource } from './resources.ts';
import type { Transport } from './transport.ts';
import { openWatch } from './watch.ts';

export interface ReflectorState {
  /** The sink holds a whole list. False again once the server refuses the resource or does not know it. */
  readonly synced: boolean;
  /** A watch is open. */
  readonly watching: boolean;
  /** Why the last attempt failed; absent while all is well. `Forbidden` means: nobody could look. */
  readonly lastError?: ApiError;
}

export interface FollowerOptions<T> extends IntakeOptions<T> {
  readonly transport: Transport;
  readonly resource: Resource;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Must be above the interval of the server's bookmarks, about a minute: 150 s. */
  readonly inactivityMilliseconds?: number;
  readonly signal: AbortSignal;
  readonly onState: (state: ReflectorState) => void;
}

/** Attempts in a row that fail for where they go on from, without a single event, after which all is listed anew. */
const FRUITLESS_ATTEMPTS = 3;
/** A server that has just started refuses what it has not loaded yet: permissions, and kinds of objects. */
const PASSING_REFUSALS = 3;
const WATCH_SECONDS = 300;

/** Lists and watches one resource into a sink, one attempt at a time; keeps from one to the next how far it came. */
export class Follower<T> {
  readonly #options: FollowerOptions<T>;
  readonly #selection: Pick<PageOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'signal'>;
  readonly #intake: Intake;
  #state: ReflectorState = { synced: false, watching: false };
  /** How many of the next synchronisations are done by pages instead of as a stream. */
  #pagedSyncs = 0;
  #fruitless = 0;
  /** In a row. */
  #refusals = 0;
  #receivedEvents = false;

  constructor(options: FollowerOptions<T>) {
    const { namespace, labelSelector, fieldSelector, signal } = options;
    this.#options = options;
    this.#selection = {
      signal,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    this.#intake = createIntake(options);
  }

  /** Lists where needed and watches until that ends; never rejects. */
  async attempt(): Promise<Attempt> {
    const startedAt = performance.now();
    this.#receivedEvents = false;
    const error = await this.#follow().then(
      () => undefined,
      (cause) => this.#failed(cause),
    );
    const ended = { lastedMilliseconds: performance.now() - startedAt, receivedEvents: this.#receivedEvents };
    if (error !== undefined) return { ...ended, error, isRefused: this.#isRefused };
    this.#tell({ ...this.#state, watching: false });
    return ended;
  }

  async #follow(): Promise<void> {
    if (this.#intake.resourceVersion === undefined && this.#pagedSyncs > 0) await this.#list();
    const streamed = this.#intake.resourceVersion === undefined;
    try {
      await this.#watch();
    } catch (error) {
      if (!streamed || !isUnsupported(error)) throw error;
      this.#pagedSyncs = Number.POSITIVE_INFINITY;
      await this.#list();
      await this.#watch();
    }
  }

  async #list(): Promise<void> {
    const { transport, resource, signal } = this.#options;
    let version = '';
    this.#intake.restart();
    for await (const page of readPages(transport, resource, this.#selection)) {
      this.#intake.collect(page.items);
      version = page.resourceVersion;
      await nextTurn();
    }
    signal.throwIfAborted();
    this.#intake.complete(version);
    this.#pagedSyncs -= 1;
    this.#progressed();
  }

  async #watch(): Promise<void> {
    const { transport, resource, signal, inactivityMilliseconds = 150_000 } = this.#options;
    const { resourceVersion } = this.#intake;
    if (resourceVersion === undefined) this.#intake.restart();
    const batches = await openWatch(transport, resource, {
      ...this.#selection,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      timeoutSeconds: Math.round(WATCH_SECONDS * (1 + Math.random())),
      inactivityMilliseconds,
      signal,
    });
    this.#tell({ synced: this.#state.synced, watching: true });
    for await (const events of batches) {
      for (const event of events) {
        signal.throwIfAborted();
        this.#intake.receive(event);
        if (this.#intake.resourceVersion !== undefined) this.#progressed();
      }
    }
    if (this.#intake.resourceVersion === undefined)
      throw this.#error('the watch ended before its initial events');
  }

  #progressed(): void {
    this.#receivedEvents = true;
    this.#fruitless = 0;
    this.#refusals = 0;
    if (!this.#state.synced) this.#tell({ synced: true, watching: this.#state.watching });
  }

  #failed(cause: unknown): ApiError {
    const error = cause instanceof ApiError ? cause : this.#error(String(cause), cause);
    // The stream of initial events did not come to its end: the next try is by pages.
    if (this.#intake.resourceVersion === undefined && isDoubtful(error)) this.#pagedSyncs ||= 1;
    if (this.#blamesPosition(error)) this.#fruitless += 1;
    this.#refusals = isRefusal(error) ? this.#refusals + 1 : 0;
    if (isExpired(error) || this.#isRefused || this.#fruitless >= FRUITLESS_ATTEMPTS) {
      this.#intake.restart();
      this.#fruitless = 0;
    }
    this.#tell({ synced: this.#state.synced && !this.#isRefused, watching: false, lastError: error });
    return error;
  }

  /** What was never seen is refused by the first word; what was seen, by several in a row. */
  get #isRefused(): boolean {
    return this.#refusals > (this.#state.synced ? PASSING_REFUSALS : 0);
  }

  /** An overloaded or absent server says nothing about where we stand; listing anew would only add to its load. */
  #blamesPosition({ reason, status }: ApiError): boolean {
    if (status === 400 || status === 422) return true;
    return this.#state.watching && reason !== 'Unreachable' && reason !== 'Timeout';
  }

  #tell(state: ReflectorState): void {
    const { signal, onState } = this.#options;
    if (signal.aborted) return;
    this.#state = state;
    onState(state);
  }

  #error(message: string, cause?: unknown): ApiError {
    const { resource, namespace } = this.#options;
    const path = pathOf(resource, namespace === undefined ? {} : { namespace });
    return new ApiError({ verb: 'watch', path, reason: 'InvalidResponse', message, cause });
  }
}

/** How servers without watch-list answer a request for initial events. */
const isUnsupported = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 400 || error.status === 422);

/** The server answers, and says that this cannot be seen: no permission, or no such kind of object. */
const isRefusal = ({ status }: ApiError): boolean => status === 403 || status === 404;

const isDoubtful = ({ reason }: ApiError): boolean => reason === 'Timeout' || reason === 'InvalidResponse';
