import type { Logger } from 'pino';
import { parseDuration } from '../api/durations.ts';
import type { StatusProbeStatus } from '../api/generated.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import type { StoreEvent, StoreView } from '../kubernetes/store.ts';
import { type Requeue, Workqueue, type WorkqueueObservation } from '../kubernetes/workqueue.ts';
import type { World } from './look.ts';
import { nextVisit } from './next-visit.ts';
import type { NamespacePolicy } from './policy.ts';
import { SecondLooks } from './second-looks.ts';
import { firstStart, shareOf } from './start-times.ts';
import { conditionOf, isEarlyWord, settledFailure } from './status/judgement.ts';
import { withPartsOf } from './status/same-parts.ts';
import type { StatusWriter } from './status-writer.ts';
import { keyOfProbe, type StoredProbe } from './stored-probe.ts';
import { transitionBetween } from './transition.ts';
import { type Memory, type Visited, visit } from './visit.ts';

/** Told of every probe, for metrics. */
export interface Telemetry {
  seen(probe: StoredProbe, status: StatusProbeStatus, observation: Observation | undefined): void;
  gone(key: string): void;
}

export interface ProbeControllerOptions {
  readonly probes: StoreView<StoredProbe, 'namespace'>;
  readonly world: World;
  readonly writer: Pick<StatusWriter, 'current' | 'offer' | 'forget'>;
  /** Whether this replica probes it. */
  readonly keeps: (key: string) => boolean;
  readonly policyOf: (namespace: string) => Promise<NamespacePolicy>;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  /** Probes under way at once. */
  readonly concurrency: number;
  readonly observe?: (observation: WorkqueueObservation) => void;
}

/** After a defect of the operator itself, which must not become a busy loop. */
const AFTER_DEFECT_MILLISECONDS = 30_000;

/** Decides when this replica looks at which StatusProbe, and carries what it saw to status, metrics and log. */
export class ProbeController {
  readonly #options: ProbeControllerOptions;
  readonly #owned = new Map<string, Memory>();
  readonly #secondLooks = new SecondLooks();
  readonly #queue: Workqueue;
  #unsubscribe: (() => void) | undefined;

  constructor(options: ProbeControllerOptions) {
    this.#options = options;
    this.#queue = new Workqueue({
      workers: options.concurrency,
      handle: (key, signal) => this.#handle(key, signal),
      ...(options.observe && { observe: options.observe }),
    });
  }

  get queue(): Workqueue {
    return this.#queue;
  }

  /** Begins with what the store holds: spread over time, but for probes that nobody has visited yet. */
  start(): void {
    this.#unsubscribe = this.#options.probes.subscribe((event) => this.#changed(event));
    this.reshard();
  }

  /** Takes over what belongs to this replica by now, and lets go of what does not; nothing before the start. */
  reshard(): void {
    if (this.#unsubscribe === undefined) return;
    for (const probe of this.#options.probes.values()) {
      const key = keyOfProbe(probe);
      if (!this.#options.keeps(key)) this.#drop(key);
      else if (!this.#owned.has(key)) this.#take(key, probe);
    }
  }

  /** Cuts probes that are under way short; what they would have seen is not judged. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await this.#queue.stop();
  }

  #changed({ type, key, object }: StoreEvent<StoredProbe>): void {
    if (type === 'deleted') this.#drop(key);
    else if (!this.#options.keeps(key)) return;
    else if (!this.#owned.has(key)) this.#take(key, object);
    else {
      this.#shareWithStored(key);
      if (!this.#isNews(key, object)) return;
      this.#queue.forget(key);
      this.#queue.add(key);
    }
  }

  /** What was written has come back: it is kept once. */
  #shareWithStored(key: string): void {
    const stored = this.#options.writer.current(key);
    const { record, ...memory } = this.#owned.get(key) ?? {};
    if (stored === undefined || record === undefined) return;
    const status = withPartsOf(stored.status, record.status);
    this.#owned.set(key, { ...memory, record: { ...record, status } });
  }

  /** Another spec, or a request to probe at once. */
  #isNews(key: string, { status, generation, requestedAt }: StoredProbe): boolean {
    const { observedGeneration, lastHandledRequest } = this.#owned.get(key)?.record?.status ?? status;
    return observedGeneration !== generation || lastHandledRequest !== requestedAt;
  }

  #take(key: string, { status, generation, resolution }: StoredProbe): void {
    this.#owned.set(key, {});
    const interval = resolution.ok ? parseDuration(resolution.spec.interval) : undefined;
    const now = this.#options.world.now();
    if (interval === undefined || status.observedGeneration !== generation) this.#queue.add(key);
    else this.#queue.addAfter(key, firstStart(now, interval, shareOf(key)) - now);
  }

  #drop(key: string): void {
    if (!this.#owned.delete(key)) return;
    this.#secondLooks.forget(key);
    this.#queue.forget(key);
    this.#options.writer.forget(key);
    this.#options.telemetry.gone(key);
  }

  async #handle(key: string, signal: AbortSignal): Promise<Requeue | undefined> {
    const probe = this.#options.writer.current(key);
    if (probe === undefined || !this.#owned.has(key)) return undefined;
    if (!this.#options.keeps(key)) {
      this.#drop(key);
      return undefined;
    }
    try {
      return await this.#visit(key, probe, signal);
    } catch (err) {
      this.#options.log.error({ err, probe: key }, 'A visit failed; it is tried again');
      return { requeueAfterMilliseconds: AFTER_DEFECT_MILLISECONDS };
    }
  }

  async #visit(key: string, probe: StoredProbe, signal: AbortSignal): Promise<Requeue | undefined> {
    const { world, policyOf } = this.#options;
    const startedAt = world.now();
    const policy = await policyOf(probe.namespace);
    // The date may go back, which must put off no look.
    const lookedAt = performance.now();
    const mayRest = !this.#secondLooks.isDue(key, lookedAt);
    const parts = { world, policy, olderProbes: () => this.#olderProbes(probe), mayRest };
    for await (const visited of visit(probe, this.#owned.get(key) ?? {}, signal, parts)) {
      this.#tell(key, probe, visited);
    }
    const { plan, record } = this.#owned.get(key) ?? {};
    const hasVerdict = record !== undefined && settledFailure(record.status) !== undefined;
    if (!hasVerdict) this.#secondLooks.forget(key);
    else if (!mayRest) this.#secondLooks.looked(key, lookedAt);
    if (plan === undefined || plan.problem !== undefined || plan.spec.suspend) return undefined;
    const now = world.now();
    const rests = hasVerdict && world.isCrowded();
    return {
      requeueAfterMilliseconds: nextVisit(plan, { startedAt, now, share: shareOf(key), rests }) - now,
    };
  }

  /** Nobody is told of a probe that was deleted, changed or moved to another replica under way. */
  #tell(key: string, probe: StoredProbe, visited: Visited): void {
    const { world, writer, telemetry } = this.#options;
    const present = writer.current(key);
    const known = this.#owned.get(key);
    if (known === undefined || present?.uid !== probe.uid || present.generation !== probe.generation) return;
    const { record, plan, observation } = visited;
    const status = withPartsOf(present.status, record.status);
    // Not the observation, which may hold much.
    this.#owned.set(key, { record: { ...record, status }, ...(plan && { plan }) });
    this.#log(key, known.record?.status ?? probe.status, status);
    telemetry.seen(probe, status, observation);
    // Where very many wait for a verdict, none is written twice.
    if (!(isEarlyWord(status) && world.isCrowded())) writer.offer(probe, status);
  }

  #log(probe: string, before: StatusProbeStatus, after: StatusProbeStatus): void {
    const { log } = this.#options;
    const ready = conditionOf(after, 'Ready');
    const transition = transitionBetween(before, after);
    const { owner, layer, reason, culprit } = after.verdict ?? {};
    if (transition !== undefined) {
      const level = transition.type === 'Warning' ? 'warn' : 'info';
      log[level](
        { probe, owner, layer, cause: reason, culprit: culprit?.ref },
        `${transition.reason}: ${transition.message}`,
      );
    } else if (ready?.reason !== conditionOf(before, 'Ready')?.reason) {
      log.info({ probe }, `${ready?.reason}: ${ready?.message}`);
    }
  }

  #olderProbes({ namespace, creationTimestamp, name }: StoredProbe): number {
    const isOlder = (other: StoredProbe) =>
      other.creationTimestamp === creationTimestamp
        ? other.name < name
        : other.creationTimestamp < creationTimestamp;
    return this.#options.probes.byIndex('namespace', namespace).filter(isOlder).length;
  }
}
