import type { Phase, PhaseDurations, ProbeDetail } from '../diagnosis/model/observation.ts';

type Measured = keyof ProbeDetail['phaseSeconds'];

const MEASURED_AS: Record<Exclude<Phase, 'Assert'>, Measured> = {
  Resolve: 'resolve',
  Connect: 'connect',
  TLS: 'tls',
  Send: 'processing',
  Wait: 'processing',
  Receive: 'transfer',
};

/** Knows in which phase a probe is and how long each took, summed over its hops. */
export class Stopwatch {
  /** `Assert` is not measured, nor is what comes before the first phase. */
  phase: Phase = 'Assert';
  readonly #start = performance.now();
  #entered = this.#start;
  readonly #milliseconds: Partial<Record<Measured, number>> = { resolve: 0 };

  enter(phase: Phase): void {
    this.#count();
    this.phase = phase;
    if (phase !== 'Resolve' && this.#milliseconds.connect === undefined) {
      Object.assign(this.#milliseconds, { connect: 0, tls: 0, processing: 0, transfer: 0 });
    }
  }

  /** Time since the start, in milliseconds. */
  get total(): number {
    return performance.now() - this.#start;
  }

  /** Ends the measuring. Rounded down, so that the phases never exceed the total. */
  stop(): {
    durationMilliseconds: PhaseDurations;
    phaseSeconds: ProbeDetail['phaseSeconds'];
    totalSeconds: number;
  } {
    this.#count();
    const total = this.total;
    const { resolve = 0, connect = 0, tls = 0, processing = 0, transfer = 0 } = this.#milliseconds;
    const whole = Math.floor;
    return {
      durationMilliseconds: {
        resolve: whole(resolve),
        connect: whole(connect),
        tls: whole(tls),
        processing: whole(processing),
        transfer: whole(transfer),
        total: whole(total),
      },
      phaseSeconds: inSeconds(this.#milliseconds),
      totalSeconds: total / 1000,
    };
  }

  #count(): void {
    const now = performance.now();
    if (this.phase !== 'Assert') {
      const measured = MEASURED_AS[this.phase];
      this.#milliseconds[measured] = (this.#milliseconds[measured] ?? 0) + now - this.#entered;
    }
    this.#entered = now;
  }
}

function inSeconds(milliseconds: Partial<Record<Measured, number>>): Partial<Record<Measured, number>> {
  const seconds: Partial<Record<Measured, number>> = {};
  for (const phase in milliseconds)
    seconds[phase as Measured] = (milliseconds[phase as Measured] ?? 0) / 1000;
  return seconds;
}
