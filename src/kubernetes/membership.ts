import { hasReason } from './api-error.ts';
import type { Client } from './client.ts';
import { type Clock, monotonicClock } from './clock.ts';
import { GroupView } from './group-view.ts';
import { isolated } from './isolated.ts';
import { FencedError } from './leader-election.ts';
import { LeaseLock } from './lease-lock.ts';
import { ownerOf } from './rendezvous.ts';
import { LEASES } from './resources.ts';

export interface MembershipOptions {
  readonly client: Client;
  readonly namespace: string;
  /** Name of this member's Lease, unique among the members: the name of the Pod. */
  readonly member: string;
  /** Must differ from that of every other process, also of an earlier run of the same Pod. */
  readonly identity: string;
  /** On the Lease of every member of the group, and on no other. */
  readonly labels: Readonly<Record<string, string>>;
  readonly timing?: MembershipTiming;
  /** Called when members come or go, or when this one begins or ceases to own keys. */
  readonly onChange?: () => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

/** In milliseconds. */
export interface MembershipTiming {
  /** Between two looks at the group, each with a renewal. */
  readonly interval: number;
  /** How long others wait for a silent member. */
  readonly duration: number;
  /** How long a member trusts its last renewal and its last look; less than `duration` by what a write may take. */
  readonly trust: number;
}

const ABANDONED_AFTER_DURATIONS = 10;
const TIMING: MembershipTiming = { interval: 2_000, duration: 9_000, trust: 6_500 };

/**
 * Shares keys among the replicas that hold a Lease in a group, so that each key has one owner.
 *
 * A member owns keys while its own renewal and its look at the group are younger than `trust`. One that joins waits
 * for `trust` before it owns anything, unless it is alone: by then every other has seen it or has ceased to own. One
 * that is lost is dropped when its Lease has not changed for `duration`, and has ceased to own before.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #timing: MembershipTiming;
  readonly #clock: Clock;
  readonly #lock: LeaseLock;
  readonly #group: GroupView;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #ownsFrom = Number.POSITIVE_INFINITY;
  #members: readonly string[] = [];
  /** The members when this one last owned keys; empty once it is back in contact and must join anew. */
  #lastMembers: readonly string[] = [];
  /** When the last attempt at contact was begun that failed. */
  #failedAt = Number.NEGATIVE_INFINITY;
  #announced = '';

  constructor(options: MembershipOptions) {
    const { timing = TIMING, clock = monotonicClock, member } = options;
    this.#options = options;
    this.#timing = timing;
    this.#clock = clock;
    this.#group = new GroupView(timing.duration);
    this.#lock = new LeaseLock({
      ...options,
      clock,
      name: member,
      durationMilliseconds: timing.duration,
      deadlineMilliseconds: this.#deadline,
    });
    this.#running = this.#run();
  }

  /** The members among which keys are shared, in order. */
  get members(): readonly string[] {
    return this.#members;
  }

  /** True while no other member can own the key. */
  owns(key: string): boolean {
    return this.#isActive && ownerOf(key, this.#members) === this.#options.member;
  }

  /**
   * Like `owns`, but a member without contact to the API server keeps its last keys: for what is better done twice
   * than not at all, when nobody may be in contact. One that has not even tried for long was asleep, and has lost them.
   */
  keeps(key: string): boolean {
    const isCutOff = this.#clock.now() < this.#failedAt + this.#timing.trust;
    const members = this.#isActive ? this.#members : isCutOff ? this.#lastMembers : [];
    return ownerOf(key, members) === this.#options.member;
  }

  /** Gives the check to call right before every write on behalf of a key, see ApiRequest.fence. */
  fence(key: string): () => void {
    return () => {
      if (!this.owns(key))
        throw new FencedError(`${key} does not belong to ${this.#options.member} any more.`);
    };
  }

  /** Leaves the group, so that the others take over at once. Writes must have ended before. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    this.#lastMembers = [];
    await this.#lock.release().catch(this.#onError);
  }

  get #isActive(): boolean {
    const now = this.#clock.now();
    return now < this.#heldUntil && now < this.#group.lookedAt + this.#timing.trust && now >= this.#ownsFrom;
  }

  async #run(): Promise<void> {
    const { interval } = this.#timing;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const startedAt = this.#clock.now();
      const activeUntil = Math.min(this.#heldUntil, this.#group.lookedAt + this.#timing.trust);
      const wait = await this.#renew().then(
        () => Math.min(interval, Math.max(0, this.#ownsFrom - this.#clock.now()) || interval),
        (error) => {
          this.#failedAt = startedAt;
          this.#onError(error);
          return interval / 4;
        },
      );
      // It owned nothing for a moment, in which its keys may have been dropped.
      if (this.#isActive && this.#clock.now() >= activeUntil) this.#announced = '';
      this.#announce();
      await this.#clock.sleep(wait, signal);
    }
  }

  /** A member that cannot look must not renew either: the others would leave it keys that it does not know of. */
  async #renew(): Promise<void> {
    await this.#look();
    const { member, identity } = this.#options;
    const wasMember = this.#group.holderOf(member) === identity;
    const renewedAt = await this.#lock.tryHold();
    if (renewedAt === undefined) {
      this.#heldUntil = Number.NEGATIVE_INFINITY;
      this.#lastMembers = [];
      return;
    }
    const lapsed = !wasMember || renewedAt >= this.#heldUntil;
    this.#heldUntil = renewedAt + this.#timing.trust;
    if (lapsed) await this.#join();
    if (this.#isActive) this.#lastMembers = this.#members;
    await this.#removeAbandoned();
  }

  async #join(): Promise<void> {
    this.#lastMembers = [];
    this.#ownsFrom = this.#clock.now() + this.#timing.trust;
    await this.#look();
    if (this.#group.isAlone(this.#options.member)) this.#ownsFrom = this.#clock.now();
  }

  async #look(): Promise<void> {
    const { client, namespace, labels } = this.#options;
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const lookedAt = this.#clock.now();
    const { items } = await client.list(LEASES, {
      namespace,
      labelSelector,
      urgent: true,
      deadlineMilliseconds: this.#deadline,
    });
    this.#group.see(items, lookedAt, this.#clock.now());
    this.#members = this.#group.alive();
  }

  /** Deletes the Leases of members that left or never came back, as each new Pod has a new name. */
  async #removeAbandoned(): Promise<void> {
    const { client, namespace } = this.#options;
    for (const { metadata } of this.#group.abandoned(ABANDONED_AFTER_DURATIONS)) {
      const { name = '', uid = '', resourceVersion = '' } = metadata;
      const call = {
        preconditions: { uid, resourceVersion },
        urgent: true,
        deadlineMilliseconds: this.#deadline,
      };
      await client.delete(LEASES, { namespace, name }, call).catch((error) => {
        const wasFaster = hasReason(error, 'NotFound') || hasReason(error, 'Conflict');
        if (!wasFaster) this.#onError(error);
      });
    }
  }

  #announce(): void {
    const news = JSON.stringify([this.#isActive, this.#members]);
    if (news === this.#announced) return;
    this.#announced = news;
    isolated(() => this.#options.onChange?.(), this.#onError);
  }

  /** Two calls that time out still leave time for a whole renewal within `trust`. */
  get #deadline(): number {
    return (this.#timing.trust - this.#timing.interval) / 2;
  }

  readonly #onError = (error: unknown): void => this.#options.onError?.(error);
}
