/** Of one replica, for all of them together: in an outage the processor is left to failures that have no verdict yet. */
const PER_SECOND = 20;

/** When a failure whose verdict stands is looked into again: with every probe, unless very many targets fail. */
export class SecondLooks {
  /** When each failure was last looked into, on a clock that only goes forth, in milliseconds. */
  readonly #lookedAt = new Map<string, number>();

  isDue(key: string, now: number): boolean {
    const last = this.#lookedAt.get(key);
    return last === undefined || now - last >= (this.#lookedAt.size / PER_SECOND) * 1000;
  }

  looked(key: string, now: number): void {
    this.#lookedAt.set(key, now);
  }

  /** It does not fail any more, or is not ours. */
  forget(key: string): void {
    this.#lookedAt.delete(key);
  }
}
