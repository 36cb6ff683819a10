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

  get size(): number {
    return this.#sightings.size;
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
    this.#sightings = sightings;
    this.#lookedAt = lookedAt;
  }

  holderOf(name: string): string | undefined {
    return this.#sightings.get(name)?.lease.spec?.holderIdentity;
  }

  /** Names of the members that were alive at the last look, in order. */
  alive(): string[] {
    const isAlive = ([, sighting]: [string, Sighting]) => this.#silence(sighting) < this.#duration(sighting);
    return [...this.#sightings]
      .filter(isAlive)
      .map(([name]) => name)
      .sort();
  }

  /** Leases of members that have been silent for so many times their duration. */
  abandoned(times: number): Lease[] {
    return [...this.#sightings.values()]
      .filter((sighting) => this.#silence(sighting) >= times * this.#duration(sighting))
      .map(({ lease }) => lease);
  }

  #silence({ since }: Sighting): number {
    return this.#lookedAt - since;
  }

  #duration({ lease: { spec } }: Sighting): number {
    return (spec?.leaseDurationSeconds ?? 0) * 1000 || this.#defaultDuration;
  }
}
