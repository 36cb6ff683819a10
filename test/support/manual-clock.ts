import type { Clock } from '../../src/kubernetes/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
  readonly clock: ManualClock;
}

/** A clock that stands still until a test advances it. Those that share a timeline have the same time. */
export class ManualClock implements Clock {
  readonly #timeline: { now: number; readonly sleepers: Set<Sleeper> };
  #paused = false;

  constructor(other?: ManualClock) {
    this.#timeline = other === undefined ? { now: 0, sleepers: new Set() } : other.#timeline;
  }

  now(): number {
    return this.#timeline.now;
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    const { sleepers } = this.#timeline;
    return new Promise((resolve) => {
      const wake = () => {
        sleepers.delete(sleeper);
        resolve();
      };
      const sleeper: Sleeper = { until: this.now() + milliseconds, wake, clock: this };
      if (signal.aborted) return resolve();
      sleepers.add(sleeper);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Like SIGSTOP for whoever sleeps on this clock: time goes on, but nobody wakes. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** How many sleep on this very clock. */
  get sleeping(): number {
    return [...this.#timeline.sleepers].filter(({ clock }) => clock === this).length;
  }

  /** Moves the time and wakes, in their order, all who are due and not paused. */
  advance(milliseconds: number): void {
    this.#timeline.now += milliseconds;
    const due = [...this.#timeline.sleepers].filter(
      ({ until, clock }) => until <= this.now() && !clock.#paused,
    );
    for (const { wake } of due.sort((one, other) => one.until - other.until)) wake();
  }
}
