import { hasReason } from './api-error.ts';
import type { CallOptions, Client } from './client.ts';
import type { Clock } from './clock.ts';
import { microTime } from './micro-time.ts';
import { type ApiObject, LEASES } from './resources.ts';

/** A Lease as coordination.k8s.io/v1 holds it. */
export interface Lease extends ApiObject {
  readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface LeaseLockOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Must differ from that of every other process, also of an earlier run of the same Pod. */
  readonly identity: string;
  readonly durationMilliseconds: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Limit of each single call. */
  readonly deadlineMilliseconds: number;
}

/**
 * Takes and renews one Lease by client-go's algorithm: another holder's Lease is over when it has not changed for its
 * duration on the clock of this process, whatever times are written in it.
 */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  readonly #call: CallOptions;
  #observed: Observed | undefined;
  /** The Lease as this process wrote it last. */
  #own: Lease | undefined;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
    this.#call = { urgent: true, deadlineMilliseconds: options.deadlineMilliseconds };
  }

  /** The holder that was seen last; undefined where nobody holds the Lease. */
  get holder(): string | undefined {
    return this.#observed?.spec.holderIdentity || undefined;
  }

  /** Takes or renews the Lease. Gives the time at which the successful write began; undefined while another holds it. */
  async tryHold(): Promise<number | undefined> {
    if (this.#own !== undefined) {
      const renewedAt = await this.#write(this.#own);
      if (renewedAt !== undefined) return renewedAt;
    }
    const lease = await this.#read();
    if (lease !== undefined && this.#isHeldByAnother(lease)) return undefined;
    return this.#write(lease);
  }

  /** Gives the Lease back so that another can take it at once; does nothing where it is not ours any more. */
  async release(): Promise<void> {
    const own = this.#own;
    if (own === undefined) return;
    this.#own = undefined;
    const now = microTime(new Date());
    const spec = {
      ...own.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
    };
    await this.#options.client.update(LEASES, { ...own, spec }, this.#call);
  }

  async #read(): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return await client.get(LEASES, { namespace, name }, this.#call);
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Writes ourselves as holder into the Lease as it was read; undefined when somebody else was faster. */
  async #write(known: Lease | undefined): Promise<number | undefined> {
    const { client, clock } = this.#options;
    const startedAt = clock.now();
    this.#own = undefined;
    try {
      const lease = this.#leaseAfter(known);
      const write = known === undefined ? client.create : client.update;
      this.#own = await write(LEASES, lease, this.#call);
    } catch (error) {
      if (LOST_RACE.some((reason) => hasReason(error, reason))) return undefined;
      throw error;
    }
    this.#observe(this.#own);
    return startedAt;
  }

  #leaseAfter(known: Lease | undefined): Lease {
    const { namespace, name, identity, labels, durationMilliseconds } = this.#options;
    const renewTime = microTime(new Date());
    const previous = known?.spec;
    const transitions = previous?.leaseTransitions ?? 0;
    const term =
      previous?.holderIdentity === identity
        ? { acquireTime: previous.acquireTime ?? renewTime, leaseTransitions: transitions }
        : { acquireTime: renewTime, leaseTransitions: known === undefined ? 0 : transitions + 1 };
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMilliseconds / 1000),
      renewTime,
    };
    const created = { metadata: { namespace, name, ...(labels === undefined ? {} : { labels }) } };
    return {
      ...(known ?? created),
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      spec: { ...previous, ...spec, ...term },
    };
  }

  #isHeldByAnother(lease: Lease): boolean {
    const { at, spec } = this.#observe(lease);
    const { holderIdentity, leaseDurationSeconds } = spec;
    if (!holderIdentity || holderIdentity === this.#options.identity) return false;
    const duration = (leaseDurationSeconds ?? 0) * 1000 || this.#options.durationMilliseconds;
    return this.#options.clock.now() < at + duration;
  }

  /** Remembers since when the Lease has been as it is. */
  #observe({ spec = {} }: Lease): Observed {
    const text = JSON.stringify(spec);
    if (this.#observed?.text !== text) this.#observed = { text, spec, at: this.#options.clock.now() };
    return this.#observed;
  }
}

/** Answers to a write that mean: the Lease is not what we took it for; look again. */
const LOST_RACE = ['Conflict', 'AlreadyExists', 'NotFound'];

interface Observed {
  readonly text: string;
  readonly spec: LeaseSpec;
  readonly at: number;
}
