import type { Lease } from './lease-lock.ts';

/** What was seen of one member's Lease, and since when it has been so. */
interface Sighting {
  readonly lease: Lease;
  readonly spec: string;
  readonly since: number;
}

/** Tells which members of a group are alive by how long their Leases have not changed, on one's own clock. */
export class GroupView {
  readonly #defaultDuration: number;
  #sightings = new Map<string, Sighting>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(defaultDuration: number) {
    this.#defaultDuration = defaultDuration;
  }

  /** When the last look was sent: what it shows is at least as new. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** Takes a whole list of the group's Leases in; `lookedAt` is when it was asked for, `seenAt` when it was there. */
  see(leases: readonly Lease[], lookedAt: number, seenAt: number): void {
    const sightings = new Map<string, Sighting>();
    for (const lease of leases) {
      const name = lease.metadata.name ?? '';
      const spec = JSON.stringify(lease.spec ?? {});
      const known = this.#sightings.get(name);
      sightings.set(name, { lease, spec, since: known?.spec === spec ? known.since : seenAt });
    }
    this.#lookedAt = lookedAt;
    // A Lease that somebody deleted does not tell its holder to stop: it counts until its time is over.
    for (const [name, known] of this.#sightings) {
      if (!sightings.has(name) && this.#isAlive(known)) sightings.set(name, known);
    }
    this.#sightings = sightings;
  }

  holderOf(name: string): string | undefined {
    return this.#sightings.get(name)?.lease.spec?.holderIdentity;
  }

  /** Names of the members that were alive at the last look, in order. */
  alive(): string[] {
    return [...this.#sightings]
      .filter(([, sighting]) => this.#isAlive(sighting))
      .map(([name]) => name)
      .sort();
  }

  /** True when nobody else holds a Lease of the group, not even one that seems to be over. */
  isAlone(name: string): boolean {
    return [...this.#sightings].every(([other, { lease }]) => other === name || !lease.spec?.holderIdentity);
  }

  /** Leases that have not changed for so many times their duration. */
  abandoned(times: number): Lease[] {
    return [...this.#sightings.values()]
      .filter((sighting) => this.#silence(sighting) >= times * this.#duration(sighting))
      .map(({ lease }) => lease);
  }

  /** A member that leaves gives its Lease back, which is then held by nobody. */
  #isAlive(sighting: Sighting): boolean {
    return Boolean(sighting.lease.spec?.holderIdentity) && this.#silence(sighting) < this.#duration(sighting);
  }

  #silence({ since }: Sighting): number {
    return this.#lookedAt - since;
  }

  #duration({ lease: { spec } }: Sighting): number {
    return (spec?.leaseDurationSeconds ?? 0) * 1000 || this.#defaultDuration;
  }
}
