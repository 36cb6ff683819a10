import type { StatusProbeStatus } from '../api/generated.ts';
import { hasReason } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import { FencedError } from '../kubernetes/leader-election.ts';
import { createRateLimit } from '../kubernetes/rate-limit.ts';
import { apiVersionOf } from '../kubernetes/resources.ts';
import { Workqueue, type WorkqueueObservation } from '../kubernetes/workqueue.ts';
import { shareOf } from './start-times.ts';
import { beatsBetween, heartbeatPeriod, isWorthWriting } from './status/quiet.ts';
import { keyOfProbe, newerProbe, STATUS_PROBES, type StoredProbe } from './stored-probe.ts';

export interface StatusWriterOptions {
  readonly client: Pick<Client, 'get' | 'applyStatus'>;
  /** The probe as the watch knows it; undefined when it is gone. */
  readonly stored: (key: string) => StoredProbe | undefined;
  /** How many StatusProbes there are. */
  readonly probes: () => number;
  /** Throws when the probe does not belong to this replica any more. */
  readonly fence: (key: string) => () => void;
  readonly onWritten: (probe: StoredProbe, before: StatusProbeStatus) => void;
  readonly onError: (key: string, error: unknown) => void;
  readonly observe?: (observation: WorkqueueObservation) => void;
}

interface Judged {
  readonly uid: string;
  readonly status: StatusProbeStatus;
}

/** What the API server answered to a write or a look, until the watch has caught up with it. */
interface Ahead {
  /** The version that the watch knew then. */
  readonly behind: string;
  readonly probe: StoredProbe;
}

/** Whether it was judged for this very object and spec, and not for what stood there before. */
const isAbout = ({ uid, status }: Judged, probe: StoredProbe): boolean =>
  uid === probe.uid && status.observedGeneration === probe.generation;

/** Nobody reads what the API server would say of unknown fields. */
const APPLY = { fieldManager: 'statusprobe', force: true, fieldValidation: 'Ignore' } as const;
/** 5,000 probes that fail at once are written within 2 minutes, and the API server has time for others. */
const WRITES_PER_SECOND = 46;
const BURST = 2;
/** Together with all others of this replica: the API server shall not notice them. */
const BETWEEN_HEARTBEATS_MILLISECONDS = 1_000;

/**
 * Writes statuses that say something new, in the order in which they were first offered; of several for one probe only
 * the newest. A write that fails stays, and is tried again.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #judged = new Map<string, Judged>();
  readonly #ahead = new Map<string, Ahead>();
  readonly #turn = createRateLimit(WRITES_PER_SECOND, BURST);
  readonly #queue: Workqueue;
  #lastHeartbeat = Number.NEGATIVE_INFINITY;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#queue = new Workqueue({
      workers: 16,
      baseMilliseconds: 500,
      ceilingMilliseconds: 10_000,
      retriesPerSecond: WRITES_PER_SECOND,
      handle: async (key, signal) => void (await this.#write(key, signal)),
      ...(options.observe && { observe: options.observe }),
    });
  }

  get queue(): Workqueue {
    return this.#queue;
  }

  /** The newest version of a probe that is known, by watch or by answer to a write. */
  current(key: string): StoredProbe | undefined {
    const stored = this.#options.stored(key);
    const ahead = this.#ahead.get(key);
    if (stored !== undefined && ahead?.behind === stored.resourceVersion) return ahead.probe;
    if (ahead !== undefined) this.#ahead.delete(key);
    return stored;
  }

  /** Takes a status that was judged for `probe`, and writes it if it is news or its heartbeat is due. */
  offer(probe: StoredProbe, status: StatusProbeStatus): void {
    const key = keyOfProbe(probe);
    const before = this.current(key)?.status;
    if (before === undefined || !this.#isDue(key, before, status)) return void this.#judged.delete(key);
    if (!isWorthWriting(before, status) && !this.#judged.has(key) && !this.#mayBeat()) return;
    this.#judged.set(key, { uid: probe.uid, status });
    this.#queue.add(key);
  }

  forget(key: string): void {
    this.#judged.delete(key);
    this.#ahead.delete(key);
    this.#queue.forget(key);
  }

  /** Writes what is offered already, for so long at most. */
  async stop(milliseconds: number): Promise<void> {
    const late = setTimeout(() => void this.#queue.stop(), milliseconds);
    await this.#queue.drain();
    clearTimeout(late);
  }

  /** A heartbeat that has to wait comes with a later probe. */
  #mayBeat(): boolean {
    const now = performance.now();
    if (now - this.#lastHeartbeat < BETWEEN_HEARTBEATS_MILLISECONDS) return false;
    this.#lastHeartbeat = now;
    return true;
  }

  #isDue(key: string, before: StatusProbeStatus, next: StatusProbeStatus): boolean {
    if (isWorthWriting(before, next)) return true;
    const [written, probed] = [before.lastProbe?.time, next.lastProbe?.time].map((time) =>
      Date.parse(time ?? ''),
    );
    const period = heartbeatPeriod(this.#options.probes());
    return beatsBetween(written as number, probed as number, period, shareOf(key));
  }

  async #write(key: string, signal: AbortSignal): Promise<void> {
    if (this.#judged.has(key)) await this.#turn(signal);
    const judged = this.#judged.get(key);
    const probe = this.current(key);
    if (judged === undefined || probe === undefined || !isAbout(judged, probe)) return;
    if (!this.#isDue(key, probe.status, judged.status)) return;
    try {
      const answer = await this.#apply(key, probe, judged.status, signal);
      this.#learn(key, answer);
      if (this.#judged.get(key) === judged) this.#judged.delete(key);
      this.#options.onWritten(answer, probe.status);
    } catch (error) {
      await this.#failed(key, error, signal);
    }
  }

  async #apply(
    key: string,
    probe: StoredProbe,
    status: StatusProbeStatus,
    signal: AbortSignal,
  ): Promise<StoredProbe> {
    const { namespace, name, uid, resourceVersion } = probe;
    const object = {
      apiVersion: apiVersionOf(STATUS_PROBES),
      kind: STATUS_PROBES.kind,
      metadata: { namespace, name, uid, resourceVersion },
      status,
    };
    const fence = this.#options.fence(key);
    const options = { ...APPLY, signal, fence };
    const answer = await this.#options.client.applyStatus(STATUS_PROBES, object, options);
    return newerProbe(answer, this.current(key));
  }

  #learn(key: string, probe: StoredProbe): void {
    const behind = this.#options.stored(key)?.resourceVersion;
    if (behind === undefined || behind === probe.resourceVersion) this.#ahead.delete(key);
    else this.#ahead.set(key, { behind, probe });
  }

  async #failed(key: string, error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof FencedError || hasReason(error, 'NotFound')) return this.forget(key);
    if (!hasReason(error, 'Conflict')) {
      this.#options.onError(key, error);
      throw error;
    }
    await this.#judgeAgain(key, signal);
  }

  /** Somebody else was faster: what was judged is held against what is there now. */
  async #judgeAgain(key: string, signal: AbortSignal): Promise<void> {
    const judged = this.#judged.get(key);
    const stored = this.#options.stored(key);
    if (judged === undefined || stored === undefined) return;
    const { namespace, name } = stored;
    const answer = await this.#options.client.get(STATUS_PROBES, { namespace, name }, { signal });
    const fresh = newerProbe(answer, stored);
    this.#learn(key, fresh);
    const isNewer = (fresh.status.lastProbe?.time ?? '') > (judged.status.lastProbe?.time ?? '');
    if (isNewer || !isAbout(judged, fresh)) return void this.#judged.delete(key);
    this.offer(fresh, judged.status);
  }
}
